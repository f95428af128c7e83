package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.report.AugmentedImages;
import soma.cli.report.ComparedPicture;
import soma.cli.report.DrawnObjects;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.draw.Overlay;
import soma.maskrcnn.draw.SideBySide;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.Evaluation;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.eval.MatchedDataset;
import soma.maskrcnn.eval.MatchedImage;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.PngWriter;
import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** {@code soma show}: draws a data set, and predictions beside it, and describes it in numbers. */
@Command(
        name = "show",
        description = {
            "Draw the images of a data set with their masks, boxes and classes, and describe it in"
                    + " numbers: images, instances, classes, sizes, channels, defects.",
            "With --pred, annotations are on the left and predictions on the right: true ones in"
                    + " blue, false ones in hatched red, missed objects in yellow; and a page,"
                    + " report.html, says how good they are.",
            "With --augmented, images are drawn as training sees them by a configuration, a few"
                    + " variants next to each other."
        },
        footer = {
            "",
            "Writes DIR/overlays/<id>.png (DIR/augmented/<id>.png), the table as DIR/dataset.txt,"
                    + " and with --pred DIR/report.html.",
            "Example:",
            "  soma show --data annotations.json --pred out/results.json --out look",
            "  soma show --data annotations.json --augmented --config sartorius_augmented --out"
                    + " seen"
        })
final class ShowCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");
    private static final String TABLE = "dataset.txt";
    private static final String REPORT = "report.html";
    private static final String OVERLAYS = "overlays";
    private static final String AUGMENTED = "augmented";

    @Spec private CommandSpec spec;

    @Mixin private CommonOptions common;

    @Mixin private DataOptions options;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description = "The data set: a file or a folder.")
    private Path data;

    @Option(
            names = "--pred",
            paramLabel = "FILE",
            description = "Predictions to draw: a results.json or a submission.csv.")
    private Path predictions;

    @Option(names = "--augmented", description = "Draw images as training sees them instead.")
    private boolean augmented;

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            description = "With --augmented: whose settings and seed (default: tiny).")
    private String config = "tiny";

    @Option(
            names = "--variants",
            paramLabel = "N",
            description = "With --augmented: variants of each image (default: 4).")
    private int variants = 4;

    @Parameters(
            paramLabel = "KEY=VALUE",
            description = "With --augmented: values that replace those of the configuration.")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
    private Path out;

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Count.class,
            description = "Draw the first N images only (default: all).")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--force", description = "Replace what an earlier call has left there.")
    private boolean force;

    @Mixin private ReportOptions reportOptions;

    @Override
    public void run() {
        checkUsage();
        Dataset dataset = options.readToLookAt(data);
        List<Prediction> found =
                predictions == null ? List.of() : Evaluation.predictions(dataset, predictions);
        if (augmented) {
            AugmentedImages drawing = new AugmentedImages(dataset, configuration());
            write(dataset, AUGMENTED, image -> drawing.draw(image, variants));
        } else if (predictions == null) {
            write(
                    dataset,
                    OVERLAYS,
                    image -> Overlay.draw(pixels(image), DrawnObjects.annotated(dataset, image)));
        } else if (found.stream().allMatch(prediction -> prediction.mask() != null)) {
            compare(dataset, found);
        } else {
            LOG.warn(
                    "{}: boxes alone: without masks nothing is told true or false, and there is no"
                            + " report",
                    predictions);
            drawBoxes(dataset, found);
        }
    }

    private void compare(Dataset dataset, List<Prediction> found) {
        EvaluationReport figures =
                Evaluation.of(dataset, predictions, Evaluation.Metric.ALL, CocoSettings.DEFAULT);
        MatchedDataset matched = reportOptions.match(dataset, found);
        Map<String, MatchedImage> byId = new HashMap<>();
        matched.images().forEach(image -> byId.put(image.image().id(), image));
        write(dataset, OVERLAYS, image -> ComparedPicture.whole(dataset, byId.get(image.id())));
        Path report = out.resolve(REPORT);
        reportOptions.write(report, dataset, predictions, figures, matched);
        LOG.info("wrote {}", report);
    }

    private void drawBoxes(Dataset dataset, List<Prediction> found) {
        Map<String, List<DrawnInstance>> drawn = DrawnObjects.predicted(found, dataset);
        write(
                dataset,
                OVERLAYS,
                image ->
                        SideBySide.of(
                                List.of(
                                        Overlay.draw(
                                                pixels(image),
                                                DrawnObjects.annotated(dataset, image)),
                                        Overlay.draw(
                                                pixels(image),
                                                drawn.getOrDefault(image.id(), List.of())))));
    }

    private void write(Dataset dataset, String pictures, Function<ImageRecord, Image8> picture) {
        OutputDirectory.prepare(out, TABLE, force);
        String table = DatasetTable.of(dataset);
        for (ImageRecord image :
                dataset.withUsableImages().images().stream().limit(limit).toList()) {
            PngWriter.write(
                    out.resolve(pictures).resolve(fileName(image.id())), picture.apply(image));
        }
        AtomicFiles.writeString(out.resolve(TABLE), table);
        spec.commandLine().getOut().print(table);
        LOG.info("wrote {} and {}", out.resolve(TABLE), out.resolve(pictures));
    }

    private void checkUsage() {
        if (variants < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--variants: expected 1 or more, got " + variants);
        }
        if (augmented && predictions != null) {
            throw new ParameterException(
                    spec.commandLine(), "--augmented: expected no --pred beside it");
        }
        if (!augmented && !overrides.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "expected --augmented before KEY=VALUE, got " + overrides);
        }
    }

    private Config configuration() {
        Config loaded = Config.load(config, overrides);
        return common.seed().isPresent()
                ? loaded.with("SEED", common.seed().getAsLong(), "--seed")
                : loaded;
    }

    private static Image8 pixels(ImageRecord image) {
        return ImageReader.readBgr(image.file());
    }

    /** Ids may be paths; a folder of overlays is flat. */
    private static String fileName(String id) {
        return id.replaceAll("[/\\\\:]", "_") + ".png";
    }
}
