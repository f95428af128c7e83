package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
     * The model's tensors: those under {@code model} if there is such a key, else all; without
     * DataParallel's prefix {@code module.}. The metadata gets {@code iteration}, if there is one.
     *
     * @throws CheckpointException naming the file and what is wrong
     */
    static StateDict read(Path file, MemorySegment bytes) {
        StoredZip zip = new StoredZip(file, bytes);
        String root = root(file, zip);
        requireLittleEndian(file, zip, root);
        byte[] pickle = zip.read(root + PICKLE).toArray(ValueLayout.JAVA_BYTE);
        TorchTensors globals = new TorchTensors(file, key -> zip.read(root + "/data/" + key));
        return stateDict(file, Pickle.load(file, pickle, globals));
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

    private static StateDict stateDict(Path file, Object top) {
        if (!(top instanceof Map<?, ?> map)) {
            throw CheckpointException.of(file, "pickle", "a dict of tensors", "something else");
        }
        StateDict dict = new StateDict(file.toString());
        if (map.get("iteration") instanceof Long iteration) {
            dict.metadata().put("iteration", iteration.toString());
        }
        Map<?, ?> tensors = map.get("model") instanceof Map<?, ?> model ? model : map;
        tensors.forEach((name, value) -> dict.put(nameOf(file, name), tensorOf(file, name, value)));
        if (dict.size() == 0) {
            throw new CheckpointException(file + ": holds no tensors");
        }
        boolean parallel = dict.names().stream().allMatch(n -> n.startsWith("module."));
        return parallel ? dict.withPrefix("module.") : dict;
    }

    private static String nameOf(Path file, Object name) {
        if (name instanceof String text) {
            return text;
        }
        throw CheckpointException.of(file, "name of a tensor", "text", name);
    }

    private static HostTensor tensorOf(Path file, Object name, Object value) {
        return switch (value) {
            case HostTensor tensor -> tensor;
            case NumpyArray array -> array.value(file);
            case null, default ->
                    throw CheckpointException.of(
                            file, String.valueOf(name), "a tensor", "something else");
        };
    }
}
