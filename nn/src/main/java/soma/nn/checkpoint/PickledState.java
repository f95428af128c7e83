package soma.nn.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the model's tensors in what a pickle holds: a bare state dict, a training checkpoint around
 * one, or a file of detectron2's model zoo.
 */
final class PickledState {
    /** Under which keys training programs put the state dict, outermost first. */
    private static final List<String> WRAPPERS = List.of("model", "state_dict", "model_state_dict");

    private static final String AUTHOR = "__author__";

    /** Under this key files say that their names are endings of the model's. */
    static final String HEURISTICS = "matching_heuristics";

    private static final String MOMENTUM = "_momentum";

    private final Path file;
    private final TorchTensors globals;
    private final TorchTensors.Storages storages;

    PickledState(Path file, TorchTensors globals, TorchTensors.Storages storages) {
        this.file = file;
        this.globals = globals;
        this.storages = storages;
    }

    /**
     * The tensors of a {@code .pth}: those under {@code model} or {@code state_dict} if there is
     * such a key, else all; without DataParallel's prefix {@code module.}. The metadata gets {@code
     * iteration}, if there is one; names are endings if {@code matching_heuristics} says so.
     *
     * @throws CheckpointException naming the file and what is wrong
     */
    StateDict ofTorch(Object top) {
        Map<?, ?> map = requireMap(top);
        StateDict dict = new StateDict(file.toString());
        if (map.get("iteration") instanceof Long iteration) {
            dict.metadata().put("iteration", iteration.toString());
        }
        fill(dict, unwrapped(map), "");
        dict.naming(naming(false, Boolean.TRUE.equals(map.get(HEURISTICS))));
        boolean parallel = dict.names().stream().allMatch(n -> n.startsWith("module."));
        return parallel ? dict.withPrefix("module.") : dict;
    }

    /**
     * The arrays of a {@code .pkl} as detectron2 reads it: with {@code model} and {@code
     * __author__} those of its zoo, else Caffe2's blobs without their momentum. {@link
     * StateDict#naming} says which names they have.
     *
     * @throws CheckpointException naming the file and what is wrong
     */
    StateDict ofZoo(Object top) {
        Map<?, ?> map = requireMap(top);
        StateDict dict = new StateDict(file.toString());
        if (map.containsKey("model") && map.containsKey(AUTHOR)) {
            boolean caffe2 = "Caffe2".equals(map.get(AUTHOR));
            boolean suffixes = caffe2 || Boolean.TRUE.equals(map.get(HEURISTICS));
            fill(dict, requireMap(map.get("model")), "");
            dict.naming(naming(caffe2, suffixes));
        } else {
            fill(dict, map.get("blobs") instanceof Map<?, ?> blobs ? blobs : map, MOMENTUM);
            dict.naming(StateDict.Naming.CAFFE2);
        }
        return dict;
    }

    private static StateDict.Naming naming(boolean caffe2, boolean suffixes) {
        if (caffe2) {
            return StateDict.Naming.CAFFE2;
        }
        return suffixes ? StateDict.Naming.SUFFIXES : StateDict.Naming.FULL;
    }

    private Map<?, ?> requireMap(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw CheckpointException.of(file, "pickle", "a dict of tensors", "something else");
    }

    private static Map<?, ?> unwrapped(Map<?, ?> map) {
        Set<String> unused = new LinkedHashSet<>(WRAPPERS);
        Map<?, ?> inner = map;
        for (String key = wrapper(inner, unused); key != null; key = wrapper(inner, unused)) {
            unused.remove(key); // each once: a dict may contain itself
            inner = (Map<?, ?>) inner.get(key);
        }
        return inner;
    }

    private static String wrapper(Map<?, ?> map, Set<String> names) {
        return names.stream().filter(n -> map.get(n) instanceof Map).findFirst().orElse(null);
    }

    private void fill(StateDict dict, Map<?, ?> tensors, String withoutEnding) {
        tensors.forEach(
                (key, value) -> {
                    if (!(key instanceof String name)) {
                        throw CheckpointException.of(file, "name of a tensor", "text", key);
                    }
                    if (withoutEnding.isEmpty() || !name.endsWith(withoutEnding)) {
                        dict.put(name, require(name, globals.tensor(value, storages)));
                    }
                });
        if (dict.size() == 0) {
            throw new CheckpointException(file + ": holds no tensors");
        }
    }

    private HostTensor require(String name, HostTensor tensor) {
        if (tensor == null) {
            throw CheckpointException.of(file, name, "a tensor", "something else");
        }
        return tensor;
    }
}
