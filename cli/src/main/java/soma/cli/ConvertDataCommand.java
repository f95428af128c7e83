package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetConversion;

import java.nio.file.Path;

/** {@code soma convert data}: from any annotated data set to one of three forms. */
@Command(
        name = "data",
        description = {
            "Write an annotated data set in another form:",
            "coco    OUT is a JSON file. Polygons stay polygons, run lengths are compressed; all"
                    + " that Soma reads is kept (not keypoints, licences and the like).",
            "csv     OUT is the competition's table id,annotation,width,height,cell_type, its ids"
                    + " the names of the images.",
            "labels  OUT is a folder of the images, copied, and beside each x.png a label image"
                    + " x_masks.tif. Where objects overlap, the smaller is on top.",
            "What a form can't hold is counted in warnings."
        },
        footer = {
            "",
            "Example:",
            "  soma convert data annotations.json labels --to labels",
            "  soma convert data stage1_train annotations.json --to coco",
            "  soma convert data annotations.json held-out.json --to coco --fold 1/5 --seed 1"
        })
final class ConvertDataCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    @Spec private CommandSpec spec;

    @Mixin private CommonOptions common;

    @Mixin private DataOptions options;

    @Parameters(index = "0", paramLabel = "IN", description = "The data set: a file or a folder.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The file or folder to write.")
    private Path out;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FORM",
            description = "coco, csv or labels.")
    private DatasetConversion.Target target;

    @Option(
            names = "--fold",
            paramLabel = "K/N",
            converter = Fold.Converter.class,
            description =
                    "Only the images that train --fold K/N holds out with the same --seed (0 if"
                            + " none is given).")
    private Fold fold;

    @Option(names = "--force", description = "Replace what an earlier call has left there.")
    private boolean force;

    @Override
    public void run() {
        Dataset whole = options.read(in);
        Dataset dataset =
                fold == null ? whole : fold.split(whole, common.seed().orElse(0)).validation();
        DatasetConversion written = DatasetConversion.write(dataset, target, out, force);
        written.losses().lines().forEach(line -> LOG.warn("{}: {}", out, line));
        spec.commandLine()
                .getOut()
                .println(
                        "wrote %d of %d images with %d of %d objects to %s"
                                .formatted(
                                        written.images(),
                                        dataset.images().size(),
                                        written.objects(),
                                        dataset.instanceCount(),
                                        out));
        written.imageFolder().ifPresent(folder -> LOG.info("read it with --images {}", folder));
    }
}
