package soma.nn.optim;

import soma.nn.Module;
import soma.nn.Parameter;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An average of a module's trainable parameters over the steps: {@code average = decay * average +
 * (1 - decay) * value}, which begins at the values themselves (Polyak and Juditsky 1992; timm's
 * {@code ModelEma}, d2go's {@code ModelEma}).
 *
 * <p>Frozen parameters and buffers, such as running means, have no average of their own: {@link
 * #apply} leaves the present ones in place, as if they had been copied after each step.
 */
public final class ExponentialMovingAverage implements AutoCloseable {
    private final double decay;
    private final Device device;
    private final Map<Parameter, Tensor> averages = new LinkedHashMap<>();

    /**
     * Begins at the present values of an initialised module.
     *
     * @param decay from 0 to below 1
     */
    public ExponentialMovingAverage(double decay, Module module, Device device) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("decay: expected 0 to below 1, got " + decay);
        }
        this.decay = decay;
        this.device = device;
        try (Scope _ = Scope.open("average of weights", device)) {
            for (Parameter p : module.parameters()) {
                if (p.trainable()) {
                    averages.put(p, copyOf(p.value()).keep(p.name() + ".average"));
                }
            }
        }
    }

    private static Tensor copyOf(Tensor t) {
        Tensor copy = Tensor.empty("copy", DType.FLOAT32, t.shape());
        copy(t, copy);
        return copy;
    }

    private static void copy(Tensor from, Tensor to) {
        to.backend().elementwise().copy(from.view(), to.view());
    }

    /** Takes the values after a step into the average. */
    public void update() {
        try (Scope _ = Scope.open("average of weights", device);
                Autograd.NoGrad _ = Autograd.noGrad()) {
            averages.forEach(
                    (p, average) ->
                            copy(average.mul(decay).add(p.value().mul(1 - decay)), average));
        }
    }

    /** Ends what {@link #apply} began. */
    @FunctionalInterface
    public interface Applied extends AutoCloseable {
        @Override
        void close();
    }

    /** Puts the averages in place of the parameters until the result is closed. */
    public Applied apply() {
        swap();
        return this::swap;
    }

    private void swap() {
        averages.forEach(
                (p, average) -> {
                    try (Scope _ = Scope.open("average of weights", device)) {
                        Tensor value = copyOf(p.value());
                        p.assign(average);
                        copy(value, average);
                    }
                });
    }

    /** The averages under the names of their parameters, in PyTorch's layout. */
    public StateDict stateDict() {
        StateDict dict = new StateDict("the averages");
        averages.forEach((p, average) -> dict.put(p.name(), p.toHost(average)));
        return dict;
    }

    /**
     * Takes averages that {@link #stateDict} gave.
     *
     * @throws CheckpointException if one is missing, unexpected, or of another shape
     */
    public void loadStateDict(StateDict dict) {
        StateDict left = new StateDict(dict.source()).putAll(dict);
        averages.forEach(
                (p, average) -> {
                    HostTensor stored = dict.require(p.name());
                    if (!stored.shape().equals(p.stateShape())) {
                        throw new CheckpointException(
                                "%s: %s: expected shape %s, got %s"
                                        .formatted(
                                                dict.source(),
                                                p.name(),
                                                p.stateShape(),
                                                stored.shape()));
                    }
                    left.remove(p.name());
                    p.layout()
                            .fromTorch(
                                    stored,
                                    p.shape(),
                                    (values, offset, n) ->
                                            average.backend()
                                                    .upload(
                                                            values,
                                                            0,
                                                            average.storage(),
                                                            offset,
                                                            n));
                });
        if (left.size() > 0) {
            throw new CheckpointException(
                    dict.source() + ": no trained parameter for averages " + left.names());
        }
    }

    @Override
    public void close() {
        averages.values().forEach(Tensor::release);
        averages.clear();
    }
}
