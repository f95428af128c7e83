package soma.nn.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import soma.nn.io.AtomicFiles;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hugging Face's safetensors format: the header's length as a little-endian 64-bit number, a JSON
 * header of names, types, shapes and offsets, then the data.
 */
public final class Safetensors {
    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Of the reference implementation. */
    private static final long MAX_HEADER = 100_000_000;

    private Safetensors() {}

    /**
     * Maps a file; tensors are read from it when their values are asked for.
     *
     * @throws CheckpointException naming file and field if the file breaks the format in any way
     */
    public static StateDict read(Path file) {
        MemorySegment all = MappedFile.map(file);
        if (all.byteSize() < Long.BYTES) {
            throw CheckpointException.of(
                    file, "file size", "at least 8 bytes", all.byteSize() + " bytes");
        }
        long length = all.get(LENGTH, 0);
        if (length < 2 || length > Math.min(MAX_HEADER, all.byteSize() - Long.BYTES)) {
            throw CheckpointException.of(
                    file,
                    "header length",
                    "2 to " + Math.min(MAX_HEADER, all.byteSize() - Long.BYTES),
                    Long.toUnsignedString(length));
        }
        byte[] header = all.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = all.asSlice(Long.BYTES + length);
        StateDict dict = new SafetensorsHeader(file, data).read(header);
        if ("true".equals(dict.metadata().remove(PickledState.HEURISTICS))) {
            dict.naming(StateDict.Naming.SUFFIXES);
        }
        return dict;
    }

    /**
     * Writes a file, whole or not at all. Tensors of wide types come first, so that all are
     * aligned; otherwise they keep their order.
     */
    public static void write(Path file, StateDict dict) {
        List<Map.Entry<String, HostTensor>> order =
                dict.tensors().entrySet().stream()
                        .sorted(
                                Comparator.comparingInt(
                                        (Map.Entry<String, HostTensor> e) ->
                                                -e.getValue().type().bytes()))
                        .toList();
        AtomicFiles.write(
                file,
                out -> {
                    byte[] header = header(order, metadata(dict));
                    out.write(length(header.length));
                    out.write(header);
                    for (Map.Entry<String, HostTensor> e : order) {
                        SegmentWriter.write(e.getValue().data(), out);
                    }
                });
    }

    /** Names that are endings are marked, so that they find their place when they are read. */
    private static Map<String, String> metadata(StateDict dict) {
        Map<String, String> all = new LinkedHashMap<>(dict.metadata());
        if (dict.naming() == StateDict.Naming.SUFFIXES) {
            all.put(PickledState.HEURISTICS, "true");
        }
        return all;
    }

    private static byte[] length(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static byte[] header(
            List<Map.Entry<String, HostTensor>> order, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> e : metadata.entrySet()) {
                    json.writeStringField(e.getKey(), e.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, HostTensor> e : order) {
                HostTensor t = e.getValue();
                int[] dims = t.shape().dims();
                json.writeObjectFieldStart(e.getKey());
                json.writeStringField("dtype", t.type().name());
                json.writeFieldName("shape");
                json.writeArray(dims, 0, dims.length);
                long end = offset + t.data().byteSize();
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        }
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }
}
