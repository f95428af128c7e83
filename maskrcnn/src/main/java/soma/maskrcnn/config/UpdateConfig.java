package soma.maskrcnn.config;

import java.util.OptionalDouble;

/**
 * What belongs to an update beside {@code SOLVER}.
 *
 * @param accumulateSteps batches whose gradients are averaged for one update
 * @param emaDecay share of the old average of the weights in the new one; none: no average is kept
 */
public record UpdateConfig(int accumulateSteps, OptionalDouble emaDecay) {
    /**
     * Reads and checks {@code SOMA.ACCUMULATE_STEPS} and {@code SOMA.EMA}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static UpdateConfig from(Config config) {
        ConfigNode ema = config.node("SOMA.EMA");
        double decay = ema.getDouble("DECAY");
        if (!(decay >= 0 && decay < 1)) {
            throw ema.invalid("DECAY", "a number from 0 to below 1");
        }
        return new UpdateConfig(
                config.getInt("SOMA.ACCUMULATE_STEPS", 1),
                ema.getBoolean("ENABLED") ? OptionalDouble.of(decay) : OptionalDouble.empty());
    }
}
