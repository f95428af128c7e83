package soma.maskrcnn.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;
import soma.nn.checkpoint.ElementType;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Shape;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes {@link RawPredictions} image by image at level memory. The header of a safetensors file
 * comes first and tells where everything is, so tensors wait in a file beside it for the end.
 */
public final class RawPredictionsWriter implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Path waiting;
    private final FileChannel channel;
    private final List<Category> categories;
    private final boolean integerImageIds;
    private final List<Entry> entries = new ArrayList<>();
    private final ArrayNode images = JSON.createArrayNode();
    private MaskPaste paste = MaskPaste.DETECTRON2;

    /** A tensor that waits. */
    private record Entry(String name, ElementType type, Shape shape, long at) {
        long bytes() {
            return (long) shape.size() * type.bytes();
        }
    }

    /** Starts a file that appears when the writer is closed. */
    public RawPredictionsWriter(Path file, List<Category> categories, boolean integerImageIds)
            throws IOException {
        this.file = file;
        this.waiting = file.resolveSibling(file.getFileName() + ".data");
        this.channel =
                FileChannel.open(
                        waiting,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        this.categories = List.copyOf(categories);
        this.integerImageIds = integerImageIds;
    }

    /** Adds an image. */
    public void add(String imageId, Instances found) throws IOException {
        int place = images.size();
        images.addObject()
                .put("id", imageId)
                .put("height", found.height())
                .put("width", found.width());
        int n = found.size();
        if (n == 0) {
            return;
        }
        List<int[]> counts = found.masks().stream().map(Rle::counts).toList();
        put(place, "boxes", HostTensor.of(found.boxes(), n, 4));
        put(place, "scores", HostTensor.of(found.scores(), n));
        put(place, "classes", longs(List.of(found.classes())));
        put(place, "mask_counts", longs(counts));
        put(place, "mask_runs", longs(List.of(counts.stream().mapToInt(c -> c.length).toArray())));
        MaskProbabilities probabilities = found.probabilities();
        if (probabilities != null) {
            int side = probabilities.side();
            put(place, "mask_probabilities", HostTensor.of(probabilities.values(), n, side, side));
            paste = probabilities.paste();
        }
    }

    private static HostTensor longs(List<int[]> parts) {
        long[] all = parts.stream().flatMapToInt(java.util.Arrays::stream).asLongStream().toArray();
        return HostTensor.of(all, all.length);
    }

    private void put(int place, String name, HostTensor tensor) throws IOException {
        entries.add(
                new Entry(place + "." + name, tensor.type(), tensor.shape(), channel.position()));
        var bytes = tensor.data().asByteBuffer();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Writes the file. */
    @Override
    public void close() throws IOException {
        try (channel;
                Arena arena = Arena.ofConfined()) {
            MemorySegment data =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.position(), arena);
            StateDict dict = new StateDict(file.toString());
            for (Entry e : entries) {
                MemorySegment bytes = data.asSlice(e.at, e.bytes());
                dict.put(e.name, new HostTensor(e.type, e.shape, bytes));
            }
            ArrayNode classes = JSON.createArrayNode();
            categories.forEach(c -> classes.addObject().put("id", c.id()).put("name", c.name()));
            dict.metadata().put(RawPredictions.FORMAT_KEY, RawPredictions.FORMAT);
            dict.metadata().put(RawPredictions.CATEGORIES, classes.toString());
            dict.metadata().put(RawPredictions.IMAGES, images.toString());
            dict.metadata().put(RawPredictions.INTEGER_IDS, Boolean.toString(integerImageIds));
            dict.metadata().put(RawPredictions.PASTE, paste.name());
            Safetensors.write(file, dict);
        } finally {
            Files.deleteIfExists(waiting);
        }
    }
}
