package soma.train;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.train.log.ProgressListener;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What to train, on what, and where to.
 *
 * @param config the settings
 * @param training images to learn from
 * @param validation images to evaluate on, with the same classes in the same order; none to
 *     evaluate nothing
 * @param weights what to start from, under detectron2's names; none to start at random
 * @param out the run directory
 * @param start what to do with a run that {@code out} already holds
 * @param device where to compute
 * @param command what the user typed, for {@code environment.json}
 * @param progress shows how far it is
 * @param stopRequested asked after each step; true saves a checkpoint and ends the run
 */
public record TrainingRequest(
        Config config,
        Dataset training,
        Optional<Dataset> validation,
        Optional<StateDict> weights,
        Path out,
        Start start,
        Device device,
        List<String> command,
        ProgressListener progress,
        BooleanSupplier stopRequested) {
    /** What to do with a run that the directory already holds. */
    public enum Start {
        /** Refuse to touch it. */
        NEW,
        /** Delete it ({@code --force}). */
        OVERWRITE,
        /** Continue it from its last checkpoint, or begin if it has none ({@code --resume}). */
        RESUME
    }

    /** Copies the list. */
    public TrainingRequest {
        command = List.copyOf(command);
    }

    /** A new run on a device without validation, weights or listener; see the {@code with}s. */
    public static TrainingRequest of(Config config, Dataset training, Path out, Device device) {
        return new TrainingRequest(
                config,
                training,
                Optional.empty(),
                Optional.empty(),
                out,
                Start.NEW,
                device,
                List.of(),
                ProgressListener.NONE,
                () -> false);
    }

    /** Evaluates on a data set too. */
    public TrainingRequest withValidation(Dataset dataset) {
        return new TrainingRequest(
                config,
                training,
                Optional.of(dataset),
                weights,
                out,
                start,
                device,
                command,
                progress,
                stopRequested);
    }

    /** Starts from weights. */
    public TrainingRequest withWeights(StateDict dict) {
        return new TrainingRequest(
                config,
                training,
                validation,
                Optional.of(dict),
                out,
                start,
                device,
                command,
                progress,
                stopRequested);
    }

    /** Treats an existing run in another way. */
    public TrainingRequest withStart(Start other) {
        return new TrainingRequest(
                config,
                training,
                validation,
                weights,
                out,
                other,
                device,
                command,
                progress,
                stopRequested);
    }

    /** Records the command line. */
    public TrainingRequest withCommand(List<String> words) {
        return new TrainingRequest(
                config,
                training,
                validation,
                weights,
                out,
                start,
                device,
                words,
                progress,
                stopRequested);
    }

    /** Shows progress. */
    public TrainingRequest withProgress(ProgressListener listener) {
        return new TrainingRequest(
                config,
                training,
                validation,
                weights,
                out,
                start,
                device,
                command,
                listener,
                stopRequested);
    }

    /** Can be stopped between steps. */
    public TrainingRequest withStop(BooleanSupplier requested) {
        return new TrainingRequest(
                config,
                training,
                validation,
                weights,
                out,
                start,
                device,
                command,
                progress,
                requested);
    }
}
