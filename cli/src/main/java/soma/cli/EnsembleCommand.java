package soma.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.infer.InferenceRun;
import soma.infer.InferenceSummary;
import soma.infer.OutputFormat;
import soma.infer.StoredDetections;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.StoredPredictions;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code soma ensemble}: fuses predictions that are there already. */
@Command(
        name = "ensemble",
        description = {
            "Fuse the predictions of several models for the same images, then post-process them as"
                    + " the configuration says (SOMA.ENSEMBLE and SOMA.POST).",
            "From raw.safetensors (soma infer --formats raw) the result is that of soma infer with"
                    + " all the weights. results.json has passed the SOMA.POST of its run, and its"
                    + " masks count as probabilities of 0 and 1."
        },
        footer = {
            "",
            "Writes the outputs of soma infer.",
            "Examples:",
            "  soma ensemble --pred r50 --pred x101 --config sartorius_r50 --out both",
            "  soma ensemble --pred a/results.json --pred b/results.json --method wbf --iou 0.55"
                    + " --data annotations.json --out both"
        })
final class EnsembleCommand implements Callable<Integer> {
    /** A configuration without post-processing, for calls without {@code --config}. */
    private static final String NEUTRAL = "mask_rcnn_R_50_FPN_3x";

    private static final String CLASSES = "MODEL.ROI_HEADS.NUM_CLASSES";

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private DataOptions options;

    @Option(
            names = "--pred",
            required = true,
            paramLabel = "FILE",
            description =
                    "A model's predictions: raw.safetensors, results.json, or the folder of soma"
                            + " infer with one of them.")
    private List<Path> predictions = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            description = "nms, soft-nms, wbf or nmw (default: SOMA.ENSEMBLE.METHOD).")
    private String method;

    @Option(
            names = "--iou",
            paramLabel = "T",
            description = "Boxes that overlap by more are one object (default: SOMA.ENSEMBLE.IOU).")
    private Double iou;

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            description =
                    "A preset's name, a YAML file or a run directory (default: SOMA.ENSEMBLE's"
                            + " defaults and no post-processing).")
    private String config;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description =
                    "The data set of the images: all of them are in the output, also those without"
                            + " detections.")
    private Path data;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
    private Path out;

    @Option(
            names = "--formats",
            paramLabel = "LIST",
            description =
                    "Some of coco, csv, overlay, labels (default: coco,csv, and overlay with --data"
                            + " whose images can be read).")
    private String formats;

    @Option(names = "--force", description = "Replace the results that DIR holds.")
    private boolean force;

    @Parameters(
            paramLabel = "KEY=VALUE",
            description = "Values that replace those of the configuration.")
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        List<StoredPredictions> sources = StoredDetections.open(predictions);
        Optional<Dataset> given = Optional.ofNullable(data).map(options::read);
        List<Category> classes = StoredDetections.categories(sources, given);
        Config settings = settings(classes);
        if (classes.isEmpty()) {
            classes = Category.numbered(settings.getInt(CLASSES));
        }
        Dataset images = StoredDetections.images(sources, given);
        Set<OutputFormat> wanted = formats(given);
        try (StopSignal stop = new StopSignal();
                StoredDetections source = new StoredDetections(settings, sources, classes)) {
            InferenceSummary summary =
                    new InferenceRun(source, new InferenceRun.Settings(out, wanted, force, classes))
                            .run(images, stop::requested, InferenceReport::progress);
            return InferenceReport.print(summary, spec.commandLine().getOut());
        }
    }

    private Set<OutputFormat> formats(Optional<Dataset> given) {
        if (formats != null) {
            Set<OutputFormat> wanted = OutputFormat.parse(formats);
            if (wanted.contains(OutputFormat.RAW)) {
                throw new SomaException("--formats: expected none of raw for an ensemble, got raw");
            }
            if (given.isEmpty() && wanted.contains(OutputFormat.OVERLAY)) {
                throw new SomaException(
                        "--formats: overlay: expected --data with images, got none");
            }
            return wanted;
        }
        Set<OutputFormat> wanted = EnumSet.of(OutputFormat.COCO, OutputFormat.CSV);
        if (given.isPresent() && given.get().unusableImages().isEmpty()) {
            wanted.add(OutputFormat.OVERLAY);
        }
        return wanted;
    }

    private Config settings(List<Category> classes) {
        Config loaded;
        if (config == null) {
            if (classes.isEmpty()) {
                throw new SomaException(
                        predictions.getFirst()
                                + ": classes: expected a file that names them, --data or --config,"
                                + " got none");
            }
            List<String> all = new ArrayList<>(List.of(CLASSES + "=" + classes.size()));
            all.addAll(overrides);
            loaded = ConfigOptions.load(NEUTRAL, all, common);
        } else {
            loaded = ConfigOptions.load(config, overrides, common);
        }
        if (!classes.isEmpty() && loaded.getInt(CLASSES) != classes.size()) {
            throw loaded.invalid(CLASSES, classes.size() + " as the predictions have");
        }
        if (method != null) {
            loaded = loaded.with("SOMA.ENSEMBLE.METHOD", method, "--method");
        }
        if (iou != null) {
            loaded = loaded.with("SOMA.ENSEMBLE.IOU", iou, "--iou");
        }
        boolean asked = method != null || iou != null;
        return asked ? loaded.with("SOMA.ENSEMBLE.SINGLE", true, "--method, --iou") : loaded;
    }
}
