package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.report.DrawnObjects;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.draw.Overlay;
import soma.maskrcnn.draw.SideBySide;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.PngWriter;
import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code soma show}: draws a data set, and predictions beside it, and describes it in numbers. */
@Command(
        name = "show",
        description = {
            "Draw the images of a data set with their masks, boxes and classes, and describe it in"
                    + " numbers: images, instances, classes, sizes, channels, defects.",
            "With --pred, annotations are on the left and predictions on the right."
        },
        footer = {
            "",
            "Writes DIR/overlays/<id>.png and the table as DIR/dataset.txt.",
            "Example:",
            "  soma show --data annotations.json --pred out/results.json --out look"
        })
final class ShowCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");
    private static final String TABLE = "dataset.txt";
    private static final String OVERLAYS = "overlays";

    @Spec private CommandSpec spec;

    @Mixin
    @SuppressWarnings("unused") // for picocli alone
    private CommonOptions common;

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

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
    private Path out;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Draw the first N images only (default: all).")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--force", description = "Replace what an earlier call has left there.")
    private boolean force;

    @Override
    public void run() {
        Dataset dataset = options.readToLookAt(data);
        Map<String, List<DrawnInstance>> found =
                predictions == null ? null : DrawnObjects.read(predictions, dataset);
        OutputDirectory.prepare(out, TABLE, force);
        String table = DatasetTable.of(dataset);
        List<ImageRecord> images = dataset.withUsableImages().images();
        images.stream().limit(limit).forEach(image -> draw(dataset, image, found));
        AtomicFiles.writeString(out.resolve(TABLE), table);
        spec.commandLine().getOut().print(table);
        LOG.info("wrote {} and {}", out.resolve(TABLE), out.resolve(OVERLAYS));
    }

    private void draw(
            Dataset dataset, ImageRecord image, Map<String, List<DrawnInstance>> predicted) {
        Image8 pixels = ImageReader.readBgr(image.file());
        Image8 drawn = Overlay.draw(pixels, DrawnObjects.annotated(dataset, image));
        if (predicted != null) {
            List<DrawnInstance> found = predicted.getOrDefault(image.id(), List.of());
            drawn = SideBySide.of(List.of(drawn, Overlay.draw(pixels, found)));
        }
        PngWriter.write(out.resolve(OVERLAYS).resolve(fileName(image.id())), drawn);
    }

    /** Ids may be paths; a folder of overlays is flat. */
    private static String fileName(String id) {
        return id.replaceAll("[/\\\\:]", "_") + ".png";
    }
}
