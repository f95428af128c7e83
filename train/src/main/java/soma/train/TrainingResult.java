package soma.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param iterations steps done in all, those before a resume included
 * @param interrupted whether it was stopped before the last iteration, its state saved
 * @param evaluation figures of the last evaluation of this process, such as {@code segm/AP}; empty
 *     without one
 * @param best of all evaluations of the run
 * @param weights the newest weights: {@code final.safetensors}, or a checkpoint's after an
 *     interruption
 * @param seconds that this process trained
 */
public record TrainingResult(
        long iterations,
        boolean interrupted,
        Map<String, Double> evaluation,
        Optional<BestMetric> best,
        Path weights,
        double seconds) {
    /** Copies the map. */
    public TrainingResult {
        evaluation = Map.copyOf(evaluation);
    }
}
