package soma.cli;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetSplit;
import soma.maskrcnn.eval.FixedPoint;
import soma.nn.checkpoint.Checkpoints;
import soma.train.Trainer;
import soma.train.TrainingRequest;
import soma.train.TrainingRequest.Start;
import soma.train.TrainingResult;
import soma.train.WeightsLoading;
import soma.train.log.BarProgress;
import soma.train.log.LineProgress;
import soma.train.log.ProgressListener;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code soma train}: trains a model. */
@Command(
        name = "train",
        description = {
            "Train a model. Ctrl-C finishes the step, saves and exits with 130; --resume goes on.",
        },
        footer = {
            "",
            "Writes into DIR: config.yaml, metrics.json, log.txt, TensorBoard events,",
            "checkpoint_<iteration>/, best.safetensors, final.safetensors.",
            "Example:",
            "  soma train --config sartorius_r50 --data train.csv --images train \\",
            "    --val-fraction 0.1 --out run SOLVER.MAX_ITER=2000 SOLVER.BASE_LR=0.001"
        })
final class TrainCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private ConfigOptions configuration;
    @Mixin private DataOptions options;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description = "The data set to learn from: a file or a folder.")
    private Path data;

    @ArgGroup private Validation validation;

    /** Where the images come from that the model is measured on. */
    static final class Validation {
        @Option(
                names = "--val",
                paramLabel = "DATA",
                description = "Data set to measure on, of the same classes.")
        private Path data;

        @Option(
                names = "--val-fraction",
                paramLabel = "F",
                description = "Hold out this part of --data to measure on, such as 0.2.")
        private Double fraction;

        @Option(
                names = "--fold",
                paramLabel = "K/N",
                converter = Fold.Converter.class,
                description = "Hold out part K of N of --data, such as 1/5.")
        private Fold fold;
    }

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "Start from these weights (default: MODEL.WEIGHTS, or at random when that is"
                            + " empty).")
    private Path weights;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The run directory to make.")
    private Path out;

    @Option(names = "--resume", description = "Continue the run in DIR from its last checkpoint.")
    private boolean resume;

    @Option(names = "--force", description = "Delete the run that DIR holds.")
    private boolean force;

    @Override
    public Integer call() {
        Config loaded = configuration.load(common);
        DatasetSplit sets = split(options.readQuietly(data), RunConfig.from(loaded).seed());
        Config config = ClassCount.of(sets.training(), loaded);
        TrainingRequest request =
                TrainingRequest.of(config, sets.training(), out, common.openDevice())
                        .withStart(resume ? Start.RESUME : force ? Start.OVERWRITE : Start.NEW)
                        .withCommand(commandLine());
        if (!sets.validation().images().isEmpty()) {
            request = request.withValidation(sets.validation());
        }
        Optional<Path> start = startWeights(config);
        if (start.isPresent()) {
            request = request.withWeights(Checkpoints.read(start.get()));
        }
        try (StopSignal stop = new StopSignal();
                ProgressListener progress =
                        common.progressBar() ? new BarProgress() : new LineProgress()) {
            TrainingResult result =
                    Trainer.train(request.withProgress(progress).withStop(stop::requested));
            ClassNames.write(out, sets.training().categories());
            report(result);
            return result.interrupted() ? ExitStatus.INTERRUPTED : ExitStatus.DONE;
        }
    }

    private DatasetSplit split(Dataset dataset, long seed) {
        if (validation == null) {
            return new DatasetSplit(dataset, dataset.withImages(List.of()));
        }
        if (validation.data != null) {
            return new DatasetSplit(dataset, options.read(validation.data));
        }
        // The same cut after --resume, also of a run whose seed is drawn anew each time.
        long fixed = Math.max(0, seed);
        return validation.fraction != null
                ? DatasetSplit.byFraction(dataset, validation.fraction, fixed)
                : validation.fold.split(dataset, fixed);
    }

    private Optional<Path> startWeights(Config config) {
        if (weights != null) {
            return Optional.of(weights);
        }
        String named = config.getString("MODEL.WEIGHTS");
        return named.isEmpty() ? Optional.empty() : Optional.of(WeightsLoading.file(named));
    }

    private List<String> commandLine() {
        return spec.commandLine().getParent().getParseResult().originalArgs();
    }

    private void report(TrainingResult result) {
        StringBuilder line = new StringBuilder();
        line.append(
                String.format(
                        Locale.ROOT,
                        "%s after %d iterations, %.0f s; weights: %s",
                        result.interrupted() ? "stopped" : "trained",
                        result.iterations(),
                        result.seconds(),
                        result.weights()));
        result.best()
                .ifPresent(
                        best ->
                                line.append(
                                        String.format(
                                                Locale.ROOT,
                                                "; best %s %s after %d",
                                                best.name(),
                                                FixedPoint.format(best.value(), 4),
                                                best.iteration())));
        spec.commandLine().getOut().println(line);
    }
}
