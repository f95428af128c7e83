package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Option;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReader;

import java.nio.file.Path;
import java.util.Optional;

/** Options of commands that read an annotated data set. */
final class DataOptions {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "Folder of the images, when they are not beside a JSON or CSV file.")
    private Path images;

    @Option(
            names = "--data-format",
            paramLabel = "FORMAT",
            description =
                    "coco, csv, dsb2018, labels or images (default: told by the content). See the"
                            + " README for each.")
    private DatasetFormat format;

    @Option(
            names = "--skip-damaged",
            description =
                    "Leave out annotations that are damaged, such as run lengths that don't fit"
                            + " their image, instead of refusing the data set.")
    private boolean skipDamaged;

    /**
     * Reads a data set and warns of its defects.
     *
     * @throws soma.tensor.SomaException when it can't be read, has no image, or is damaged and the
     *     user hasn't asked to leave that out
     */
    Dataset read(Path data) {
        Dataset dataset = readQuietly(data);
        dataset.report().lines().forEach(line -> LOG.warn("{}: {}", data, line));
        return dataset;
    }

    /** Like {@link #read}, without warnings. */
    Dataset readQuietly(Path data) {
        Dataset dataset = readToLookAt(data);
        return skipDamaged ? dataset : dataset.requireSound();
    }

    /** Reads a data set, damaged or not; its report tells. */
    Dataset readToLookAt(Path data) {
        return DatasetReader.read(data, Optional.ofNullable(images), Optional.ofNullable(format));
    }
}
