package soma.train.log;

import java.time.Duration;

/**
 * How far a run is.
 *
 * @param iteration steps done
 * @param maxIterations steps in all
 * @param totalLoss of the latest step
 * @param imagesPerSecond over the last period
 * @param loadingPart part of that time spent waiting for images, 0 to 1
 * @param remaining expected time to the end, evaluations left out
 */
public record Progress(
        long iteration,
        long maxIterations,
        double totalLoss,
        double imagesPerSecond,
        double loadingPart,
        Duration remaining) {}
