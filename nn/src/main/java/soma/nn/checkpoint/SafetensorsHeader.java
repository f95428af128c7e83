package soma.nn.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;

import soma.tensor.Shape;
import soma.tensor.ShapeException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Reads the JSON header of a safetensors file and checks all of it against the data's size. */
final class SafetensorsHeader {
    static final String METADATA = "__metadata__";

    private static final int MAX_RANK = 64;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .build();

    private final Path file;
    private final MemorySegment data;
    private final List<Range> ranges = new ArrayList<>();

    /** Bytes of the data that belong to a tensor. */
    private record Range(String name, long begin, long end) {}

    SafetensorsHeader(Path file, MemorySegment data) {
        this.file = file;
        this.data = data;
    }

    StateDict read(byte[] header) {
        StateDict dict = new StateDict(file.toString());
        try (JsonParser json = JSON.createParser(header)) {
            expect(json, json.nextToken(), JsonToken.START_OBJECT, "header");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                if (name.equals(METADATA)) {
                    readMetadata(json, dict);
                } else {
                    dict.put(name, readTensor(json, name));
                }
            }
            if (json.nextToken() != null) {
                throw new CheckpointException(file + ": header: text after the JSON object");
            }
        } catch (IOException e) {
            throw new CheckpointException(file + ": header: " + firstLine(e), e);
        }
        checkCoverage();
        return dict;
    }

    private static String firstLine(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse("not JSON");
    }

    private void readMetadata(JsonParser json, StateDict dict) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, METADATA);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            expect(json, json.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + key);
            dict.metadata().put(key, json.getText());
        }
    }

    private HostTensor readTensor(JsonParser json, String name) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, name);
        ElementType type = null;
        long[] dims = null;
        long[] offsets = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            JsonToken token = json.nextToken();
            switch (field) {
                case "dtype" -> {
                    expect(json, token, JsonToken.VALUE_STRING, name + ".dtype");
                    type = typeOf(name, json.getText());
                }
                case "shape" -> dims = readLongs(json, token, name + ".shape");
                case "data_offsets" -> offsets = readLongs(json, token, name + ".data_offsets");
                default ->
                        throw CheckpointException.of(
                                file, name, "dtype, shape and data_offsets", field);
            }
        }
        if (type == null || dims == null || offsets == null) {
            throw CheckpointException.of(
                    file, name, "dtype, shape and data_offsets", "not all of them");
        }
        return place(name, type, dims, offsets);
    }

    private ElementType typeOf(String name, String text) {
        return Arrays.stream(ElementType.values())
                .filter(t -> t.name().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                CheckpointException.of(
                                        file,
                                        name + ".dtype",
                                        "one of " + Arrays.toString(ElementType.values()),
                                        text));
    }

    private long[] readLongs(JsonParser json, JsonToken start, String what) throws IOException {
        expect(json, start, JsonToken.START_ARRAY, what);
        long[] out = new long[MAX_RANK];
        int n = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            long value = json.getLongValue();
            if (value < 0) {
                throw CheckpointException.of(file, what, "no negative numbers", value);
            }
            if (n == MAX_RANK) {
                throw CheckpointException.of(file, what, "at most " + MAX_RANK, "more");
            }
            out[n++] = value;
        }
        return Arrays.copyOf(out, n);
    }

    private HostTensor place(String name, ElementType type, long[] dims, long[] offsets) {
        if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > data.byteSize()) {
            throw CheckpointException.of(
                    file,
                    name + ".data_offsets",
                    "begin and end within " + data.byteSize() + " bytes",
                    Arrays.toString(offsets));
        }
        Shape shape = shapeOf(file, name, dims);
        long bytes = offsets[1] - offsets[0];
        if (bytes != (long) shape.size() * type.bytes()) {
            throw CheckpointException.of(
                    file,
                    name + ".data_offsets",
                    (long) shape.size() * type.bytes() + " bytes for " + type + " " + shape,
                    bytes);
        }
        ranges.add(new Range(name, offsets[0], offsets[1]));
        return new HostTensor(type, shape, data.asSlice(offsets[0], bytes));
    }

    /** A shape from 64-bit extents that nobody has checked. */
    static Shape shapeOf(Path file, String name, long[] dims) {
        int[] d = new int[dims.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = (int) Math.clamp(dims[i], -1L, Integer.MAX_VALUE);
        }
        try {
            return Shape.of(d);
        } catch (ShapeException | ArithmeticException e) {
            throw new CheckpointException(
                    file
                            + ": "
                            + name
                            + ": shape: expected at most 2^31-1 elements, got "
                            + Arrays.toString(dims),
                    e);
        }
    }

    /** Every byte belongs to exactly one tensor. */
    private void checkCoverage() {
        ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
        long end = 0;
        for (Range r : ranges) {
            if (r.begin != end) {
                throw CheckpointException.of(
                        file, r.name + ".data_offsets", "to begin at " + end, r.begin);
            }
            end = r.end;
        }
        if (end != data.byteSize()) {
            throw CheckpointException.of(
                    file, "data", end + " bytes, where the last tensor ends", data.byteSize());
        }
    }

    private void expect(JsonParser json, JsonToken actual, JsonToken expected, String what)
            throws IOException {
        if (actual != expected) {
            String got = actual == null ? "the end" : json.getText();
            throw CheckpointException.of(file, what, expected.name(), got);
        }
    }
}
