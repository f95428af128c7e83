package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.infer.InferenceRun;
import soma.infer.InferenceSummary;
import soma.infer.OutputFormat;
import soma.infer.Predictor;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code soma infer}: predicts. */
@Command(
        name = "infer",
        description = {"Find the objects of images with a trained model."},
        footer = {
            "",
            "Writes results.json (COCO), submission.csv (competition), overlays/<id>.png.",
            "Example:",
            "  soma infer --config run --images new-images --out predictions"
        })
final class InferCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private ConfigOptions configuration;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights (default: the best or else the last of the run directory).")
    private List<Path> weights = new ArrayList<>();

    @Option(
            names = "--images",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Image files, folders of images, or a data set.")
    private List<String> images = new ArrayList<>();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where to write the results.")
    private Path out;

    @Option(
            names = "--formats",
            paramLabel = "LIST",
            defaultValue = "coco,csv,overlay",
            description = "Some of coco, csv, overlay, labels (default: ${DEFAULT-VALUE}).")
    private String formats;

    @Option(
            names = "--tta",
            description = "Test-time augmentation, as TEST.AUG says (detectron2's).")
    private boolean tta;

    @Option(names = "--force", description = "Replace the results that DIR holds.")
    private boolean force;

    @Override
    public Integer call() {
        List<Path> paths = paths();
        var wanted = OutputFormat.parse(formats);
        Config config = configuration.load(common);
        if (tta) {
            config = config.with("TEST.AUG.ENABLED", true, "--tta");
        }
        Dataset dataset = InferenceRun.images(paths);
        try (StopSignal stop = new StopSignal();
                Predictor predictor = Predictor.open(config, weights, common.openDevice())) {
            InferenceRun.Settings settings =
                    new InferenceRun.Settings(out, wanted, force, trainedClasses());
            InferenceSummary summary =
                    new InferenceRun(predictor, settings)
                            .run(dataset, stop::requested, InferCommand::progress);
            summary.warnings().forEach(LOG::warn);
            if (summary.failed() > 0) {
                LOG.warn("{} images could not be predicted", summary.failed());
            }
            if (summary.interrupted()) {
                LOG.warn("interrupted: nothing was written");
                return ExitStatus.INTERRUPTED;
            }
            report(summary);
            return ExitStatus.DONE;
        }
    }

    /** The images; what has the form KEY=VALUE and is no file is an override. */
    private List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        List<String> overrides = new ArrayList<>();
        for (String argument : images) {
            if (ConfigOptions.isOverride(argument) && !Files.exists(Path.of(argument))) {
                overrides.add(argument);
            } else {
                paths.add(Path.of(argument));
            }
        }
        configuration.addOverrides(overrides);
        if (paths.isEmpty()) {
            throw new SomaException("--images: expected at least one file or folder, got none");
        }
        return paths;
    }

    /** The classes of the run that the configuration or the weights belong to. */
    private List<Category> trainedClasses() {
        Path named = Path.of(configuration.name());
        List<Category> classes =
                Files.isDirectory(named) ? ClassNames.read(named) : besideFile(named);
        if (classes.isEmpty() && !weights.isEmpty()) {
            classes = besideFile(weights.getFirst());
        }
        return classes;
    }

    private static List<Category> besideFile(Path file) {
        return Files.isRegularFile(file)
                ? ClassNames.read(file.toAbsolutePath().getParent())
                : List.of();
    }

    private static void progress(int done, int total, String id, int objects) {
        if (objects >= 0) {
            LOG.info("{}/{} {}: {} objects", done, total, id, objects);
        }
    }

    private void report(InferenceSummary summary) {
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%d images, %d objects, %.1f s (%.2f images/s)%n",
                        summary.images(),
                        summary.detections(),
                        summary.seconds(),
                        summary.imagesPerSecond());
        summary.outputs().forEach(path -> spec.commandLine().getOut().println(path));
    }
}
