package soma.maskrcnn.checkpoint;

import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Shape;

import java.util.HashMap;
import java.util.Map;

/**
 * detectron2's {@code matching_heuristics}: a name of a file fits a name of the model that is the
 * same or ends with it; the longest fitting one is taken, unless its shape differs.
 */
final class SuffixMatching {
    private SuffixMatching() {}

    /**
     * The tensors under the model's names; those that fit none, or by name alone, keep theirs.
     *
     * @param model shapes by name, in PyTorch's layout
     * @throws CheckpointException if one tensor fits two names of the model
     */
    static StateDict match(StateDict dict, Map<String, Shape> model) {
        Map<String, String> modelName = new HashMap<>();
        model.forEach(
                (name, shape) -> {
                    String stored = longestEnding(dict, name);
                    if (stored != null && shape.equals(dict.get(stored).shape())) {
                        String other = modelName.put(stored, name);
                        if (other != null) {
                            throw new CheckpointException(
                                    dict.source()
                                            + (": " + stored + ": fits both " + other)
                                            + (" and " + name + " of the model"));
                        }
                    }
                });
        StateDict out = new StateDict(dict.source());
        out.metadata().putAll(dict.metadata());
        for (Map.Entry<String, HostTensor> e : dict.tensors().entrySet()) {
            out.put(modelName.getOrDefault(e.getKey(), e.getKey()), e.getValue());
        }
        return out;
    }

    /** The first of {@code name}, and what is left of it behind each dot, that the dict has. */
    private static String longestEnding(StateDict dict, String name) {
        String ending = name;
        while (!dict.contains(ending)) {
            int dot = ending.indexOf('.');
            if (dot < 0) {
                return null;
            }
            ending = ending.substring(dot + 1);
        }
        return ending;
    }
}
