package soma.train.log;

import java.time.Duration;

/**
 * How far a run is.
 *
 * @param iteration steps done
 * @param maxIterations steps in all
 * @param totalLoss of the latest step
 * @param imagesPerSecond over the last period
 * @param remaining expected time to the end, evaluations left out
 */
public record Progress(
        long iteration,
        long maxIterations,
        double totalLoss,
        double imagesPerSecond,
        Duration remaining) {}
