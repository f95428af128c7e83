package soma.train;

import soma.maskrcnn.model.MaskRcnn;
import soma.nn.checkpoint.StateDict;
import soma.nn.optim.ExponentialMovingAverage;
import soma.nn.optim.ExponentialMovingAverage.Applied;
import soma.tensor.Device;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * The average of a run's weights, if it keeps one ({@code SOMA.EMA}): what it evaluates and saves.
 */
final class WeightAverage implements AutoCloseable {
    private final OptionalDouble decay;
    private final MaskRcnn model;
    private final Device device;
    private Optional<ExponentialMovingAverage> average = Optional.empty();

    /**
     * Of a model that gets its values later.
     *
     * @param decay none: no average is kept
     */
    WeightAverage(OptionalDouble decay, MaskRcnn model, Device device) {
        this.decay = decay;
        this.model = model;
        this.device = device;
    }

    /** Begins anew at the present weights. */
    void begin() {
        close();
        if (decay.isPresent()) {
            average = Optional.of(new ExponentialMovingAverage(decay.getAsDouble(), model, device));
        }
    }

    /**
     * Goes on from a checkpoint whose weights the model has.
     *
     * @throws soma.tensor.SomaException if it has no average, or another model's
     */
    void restore(Checkpoint checkpoint, Path folder) {
        begin();
        average.ifPresent(a -> a.loadStateDict(checkpoint.requireAverage(folder)));
    }

    /** Takes the weights after a step into the average. */
    void update() {
        average.ifPresent(ExponentialMovingAverage::update);
    }

    /** Puts the average in place of the weights until the result is closed. */
    Applied apply() {
        return average.isPresent() ? average.get().apply() : () -> {};
    }

    /** For a checkpoint. */
    Optional<Supplier<StateDict>> state() {
        return average.map(a -> a::stateDict);
    }

    @Override
    public void close() {
        average.ifPresent(ExponentialMovingAverage::close);
        average = Optional.empty();
    }
}
