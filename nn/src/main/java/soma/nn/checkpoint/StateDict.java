package soma.nn.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Named tensors in PyTorch's layout, in order, with where they came from (for messages) and the
 * file's string metadata.
 */
public final class StateDict {
    /** What the names of a file are. */
    public enum Naming {
        /** Those of the model that was saved. */
        FULL,
        /** Endings of the model's names (detectron2's {@code matching_heuristics}). */
        SUFFIXES,
        /** Caffe2's blobs. */
        CAFFE2
    }

    private final String source;
    private Naming naming = Naming.FULL;
    private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** An empty dict; {@code source} is a file name, or what else a message should blame. */
    public StateDict(String source) {
        this.source = source;
    }

    /** What messages name. */
    public String source() {
        return source;
    }

    /** What the names are, as far as the file's format tells. */
    public Naming naming() {
        return naming;
    }

    /** Says what the names are. */
    public StateDict naming(Naming names) {
        naming = names;
        return this;
    }

    /** Adds or replaces a tensor. */
    public StateDict put(String name, HostTensor tensor) {
        tensors.put(name, tensor);
        return this;
    }

    /** Adds all of another dict. */
    public StateDict putAll(StateDict other) {
        tensors.putAll(other.tensors);
        metadata.putAll(other.metadata);
        return this;
    }

    /** The tensor of a name, or null. */
    public HostTensor get(String name) {
        return tensors.get(name);
    }

    /**
     * The tensor of a name.
     *
     * @throws CheckpointException naming source and tensor if there is none
     */
    public HostTensor require(String name) {
        HostTensor t = tensors.get(name);
        if (t == null) {
            throw new CheckpointException(source + ": tensor " + name + " is missing");
        }
        return t;
    }

    /** Whether there is a tensor of that name. */
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** Removes and returns a tensor, or null. */
    public HostTensor remove(String name) {
        return tensors.remove(name);
    }

    /** The names, in order; read-only. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /** All tensors, in order; read-only. */
    public Map<String, HostTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Number of tensors. */
    public int size() {
        return tensors.size();
    }

    /** String metadata, as a safetensors header carries it; may be changed. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * The same tensors under other names.
     *
     * @param rename gives the new name, or null to drop the tensor
     * @throws CheckpointException if two tensors get one name
     */
    public StateDict renamed(UnaryOperator<String> rename) {
        StateDict out = new StateDict(source);
        out.metadata.putAll(metadata);
        out.naming = naming;
        tensors.forEach(
                (name, tensor) -> {
                    String to = rename.apply(name);
                    if (to != null && out.tensors.put(to, tensor) != null) {
                        throw new CheckpointException(
                                source + ": more than one tensor would be named " + to);
                    }
                });
        return out;
    }

    /** The tensors whose names begin with {@code prefix}, without it. */
    public StateDict withPrefix(String prefix) {
        return renamed(
                n ->
                        n.startsWith(prefix) && !n.equals(prefix)
                                ? n.substring(prefix.length())
                                : null);
    }
}
