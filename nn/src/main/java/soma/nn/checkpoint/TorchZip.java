package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of {@code torch.save} since PyTorch 1.6: a zip of stored members under one root folder,
 * with the structure in {@code data.pkl} and each storage in {@code data/<key>}.
 */
final class TorchZip {
    private static final String PICKLE = "/data.pkl";

    private TorchZip() {}

    /**
     * The model's tensors.
     *
     * @throws CheckpointException naming the file and what is wrong
     */
    static StateDict read(Path file, MemorySegment bytes) {
        StoredZip zip = new StoredZip(file, bytes);
        String root = root(file, zip);
        requireLittleEndian(file, zip, root);
        TorchTensors globals = new TorchTensors(file);
        Object top = Pickle.load(file, zip.read(root + PICKLE), globals);
        Map<String, MemorySegment> read = new HashMap<>();
        return new PickledState(
                        file,
                        globals,
                        storage ->
                                read.computeIfAbsent(
                                        storage.key(), _ -> storage(file, zip, root, storage)))
                .ofTorch(top);
    }

    private static MemorySegment storage(
            Path file, StoredZip zip, String root, TorchTensors.TypedStorage storage) {
        MemorySegment data = zip.read(root + "/data/" + storage.key());
        if (data.byteSize() != storage.bytes()) {
            throw CheckpointException.of(
                    file,
                    "storage " + storage.key(),
                    storage.count() + " elements of " + storage.type().bytes() + " bytes",
                    data.byteSize() + " bytes");
        }
        return data;
    }

    private static String root(Path file, StoredZip zip) {
        List<String> pickles =
                zip.names().stream()
                        .filter(n -> n.endsWith(PICKLE) && n.indexOf('/') == n.lastIndexOf('/'))
                        .toList();
        if (pickles.size() != 1) {
            throw CheckpointException.of(file, "zip", "one data.pkl", pickles.size());
        }
        String root =
                pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length());
        for (String name : zip.names()) {
            if (!name.startsWith(root + "/")) {
                throw CheckpointException.of(file, "zip", "all members in " + root + "/", name);
            }
        }
        return root;
    }

    private static void requireLittleEndian(Path file, StoredZip zip, String root) {
        String name = root + "/byteorder";
        if (!zip.names().contains(name)) {
            return; // Files of PyTorch before 2.1, little-endian on all usual machines.
        }
        byte[] order = zip.read(name).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(order, StandardCharsets.ISO_8859_1);
        if (!text.equals("little")) {
            throw CheckpointException.of(file, "byteorder", "little", text);
        }
    }
}
