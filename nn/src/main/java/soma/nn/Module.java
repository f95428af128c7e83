package soma.nn;

import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A part of a model: its parameters, buffers and child modules, in order, under the names that
 * PyTorch's state dicts give them.
 *
 * <p>A tree is declared first, which costs nothing, and gets names, memory and values when {@link
 * #initialize} is called on its root. Subclasses register what they have with {@link #child} and
 * {@link #entry} in their constructor, and offer a {@code forward} of their own kind.
 */
@SuppressWarnings("JavaLangClash") // The field's word for it.
public abstract class Module implements AutoCloseable {
    private final Map<String, StateEntry> entries = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training;

    /** Registers a child; returns it. */
    protected final <M extends Module> M child(String name, M module) {
        if (children.putIfAbsent(name, module) != null) {
            throw new IllegalArgumentException("module already has a child " + name);
        }
        return module;
    }

    /** Registers a parameter, buffer or counter; returns it. */
    protected final <E extends StateEntry> E entry(String name, E entry) {
        if (entries.putIfAbsent(name, entry) != null) {
            throw new IllegalArgumentException("module already has an entry " + name);
        }
        return entry;
    }

    /** The direct children by name, in order. */
    public final Map<String, Module> children() {
        return Collections.unmodifiableMap(children);
    }

    /** All parameters, buffers and counters of the tree by dotted name, in order. */
    public final Map<String, StateEntry> state() {
        Map<String, StateEntry> out = new LinkedHashMap<>();
        visit("", out::put);
        return out;
    }

    private void visit(String prefix, BiConsumer<String, StateEntry> visitor) {
        entries.forEach((name, e) -> visitor.accept(prefix + name, e));
        children.forEach((name, m) -> m.visit(prefix + name + ".", visitor));
    }

    /**
     * All parameters of the tree by dotted name, in order, frozen ones too. The names are known
     * here before {@link #initialize} gives them to the parameters.
     */
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> out = new LinkedHashMap<>();
        visit(
                "",
                (name, e) -> {
                    if (e instanceof Parameter p) {
                        out.put(name, p);
                    }
                });
        return out;
    }

    /** All parameters of the tree, in order, frozen ones too. */
    public final List<Parameter> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** Freezes all parameters of the tree, or frees them for training. */
    public final void trainable(boolean on) {
        parameters().forEach(p -> p.trainable(on));
    }

    /** Sets whether normalisations of the tree use, and average, the statistics of the batch. */
    public final void training(boolean on) {
        training = on;
        children.values().forEach(m -> m.training(on));
    }

    /** Whether normalisations use the statistics of the batch; false at first. */
    public final boolean isTraining() {
        return training;
    }

    // ---- values

    /** Names everything, takes memory on a device, and fills it with initial values. */
    public final void initialize(Device device, RandomStreams streams) {
        release();
        visit("", (name, e) -> e.initialize(name, device, streams));
    }

    /**
     * Like {@link #initialize(Device, RandomStreams)}, but takes the values of a state dict where
     * it has them.
     *
     * @param mayDiffer names whose shapes may differ; those keep their initial values
     * @throws CheckpointException if another tensor has another shape; nothing is changed then
     */
    public final LoadReport initialize(
            Device device, RandomStreams streams, StateDict dict, Predicate<String> mayDiffer) {
        LoadReport report = compare(dict, mayDiffer);
        release();
        visit(
                "",
                (name, e) -> {
                    HostTensor stored = dict.get(name);
                    if (stored != null && stored.shape().equals(e.stateShape())) {
                        e.initialize(name, device, stored);
                    } else {
                        e.initialize(name, device, streams);
                    }
                });
        return report;
    }

    /**
     * Takes the values of a state dict, where names and shapes agree.
     *
     * @param mayDiffer names whose shapes may differ; those keep their values
     * @throws CheckpointException if another tensor has another shape; nothing is changed then
     */
    public final LoadReport loadStateDict(StateDict dict, Predicate<String> mayDiffer) {
        LoadReport report = compare(dict, mayDiffer);
        visit(
                "",
                (name, e) -> {
                    HostTensor stored = dict.get(name);
                    if (stored != null && stored.shape().equals(e.stateShape())) {
                        e.load(stored);
                    }
                });
        return report;
    }

    /** Compares names and shapes with those of a state dict, without changing anything. */
    public final LoadReport compare(StateDict dict, Predicate<String> mayDiffer) {
        List<String> missing = new ArrayList<>();
        List<LoadReport.Mismatch> mismatched = new ArrayList<>();
        TreeSet<String> unexpected = new TreeSet<>(dict.names());
        visit(
                "",
                (name, e) -> {
                    HostTensor stored = dict.get(name);
                    unexpected.remove(name);
                    if (stored == null) {
                        missing.add(name);
                    } else if (!stored.shape().equals(e.stateShape())) {
                        mismatched.add(
                                new LoadReport.Mismatch(name, e.stateShape(), stored.shape()));
                    }
                });
        String wrong =
                mismatched.stream()
                        .filter(m -> !mayDiffer.test(m.name()))
                        .map(LoadReport.Mismatch::toString)
                        .collect(Collectors.joining("; "));
        if (!wrong.isEmpty()) {
            throw new CheckpointException(dict.source() + ": shape of " + wrong);
        }
        return new LoadReport(missing, List.copyOf(unexpected), mismatched);
    }

    /** All values, in PyTorch's layout. */
    public final StateDict stateDict() {
        StateDict dict = new StateDict("the model");
        visit("", (name, e) -> dict.put(name, e.toHost()));
        return dict;
    }

    // ---- memory

    /** Frees what a module keeps beside its entries, such as folded weights. */
    protected void releaseCaches() {
        // Most modules keep nothing.
    }

    private void release() {
        releaseCaches();
        children.values().forEach(Module::release);
    }

    /** Frees all memory of the tree; it may be initialised again. */
    @Override
    public final void close() {
        release();
        visit("", (_, e) -> e.free());
    }
}
