package soma.train;

import java.util.List;
import java.util.Map;

/**
 * What a resume needs beside weights and optimiser: {@code state.json} of a checkpoint.
 *
 * @param iteration steps done
 * @param seed of all random streams
 * @param streams states of the streams that go on from step to step, by name
 * @param samplerPosition examples taken from the training sequence; follows from the iteration and
 *     is checked on resume
 * @param lr rate of the next iteration
 * @param rateScale factor on all rates, below 1 after a return from divergence
 * @param rollbacks returns from divergence so far
 * @param best best evaluation so far, or null
 * @param history values of the log period that has begun
 */
record TrainingState(
        long iteration,
        long seed,
        Map<String, long[]> streams,
        long samplerPosition,
        double lr,
        double rateScale,
        int rollbacks,
        BestMetric best,
        Map<String, List<Double>> history) {}
