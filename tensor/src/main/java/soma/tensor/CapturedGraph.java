package soma.tensor;

import soma.tensor.spi.Graphs;

import java.util.List;
import java.util.function.Supplier;

/**
 * Tensor code of fixed shapes that a device recorded, to be repeated as a whole without the host:
 * on a GPU one launch instead of hundreds. Its inputs are tensors that live as long as it and are
 * changed in place; its outputs hold new values after each {@link #launch}.
 */
public final class CapturedGraph implements AutoCloseable {
    private final Graphs.Graph graph;
    private final List<Tensor> outputs;

    private CapturedGraph(Graphs.Graph graph, List<Tensor> outputs) {
        this.graph = graph;
        this.outputs = outputs;
    }

    /**
     * Records {@code work}, which runs three times; {@link Graphs#capture} says what it may do.
     *
     * @param work makes the outputs; each run has a scope of its own
     * @throws DeviceException if the device records nothing, or not this
     */
    public static CapturedGraph of(Device device, Supplier<List<Tensor>> work) {
        Graphs graphs =
                device.backend()
                        .graphs()
                        .orElseThrow(
                                () ->
                                        new DeviceException(
                                                "device "
                                                        + device
                                                        + ": graph: expected a device that records"
                                                        + " work, got one that doesn't"));
        Outputs last = new Outputs();
        try {
            Graphs.Graph graph = graphs.capture(() -> last.replace(device, work));
            return new CapturedGraph(graph, last.tensors);
        } catch (RuntimeException e) {
            last.release();
            throw e;
        }
    }

    /** Those of the newest run, held beyond its scope. */
    private static final class Outputs {
        private List<Tensor> tensors = List.of();

        void replace(Device device, Supplier<List<Tensor>> work) {
            release();
            try (Scope _ = Scope.open("graph", device)) {
                List<Tensor> made = List.copyOf(work.get());
                made.forEach(t -> t.storage().retain());
                tensors = made;
            }
        }

        void release() {
            tensors.forEach(t -> t.storage().release());
            tensors = List.of();
        }
    }

    /** What the work returned; valid until the graph is closed. */
    public List<Tensor> outputs() {
        return outputs;
    }

    /** Computes the outputs from what the inputs hold now. */
    public void launch() {
        graph.launch();
    }

    /** Lets go of the outputs and of the memory. */
    @Override
    public void close() {
        outputs.forEach(t -> t.storage().release());
        graph.close();
    }
}
