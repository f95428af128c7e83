package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A data set written in another form.
 *
 * @param images how many images were written
 * @param objects how many objects were written
 * @param losses what the form can't hold
 * @param imageFolder the folder of all images, when whoever reads the result has to name it
 */
public record DatasetConversion(
        int images, int objects, Losses losses, Optional<Path> imageFolder) {
    /** Forms to write. */
    public enum Target {
        /** A COCO JSON file. Nothing is lost; polygons stay polygons, run lengths compressed. */
        COCO,
        /** The competition's CSV: masks as run lengths, classes by name. */
        CSV,
        /** A folder of images with label images beside them: masks without overlap. */
        LABELS
    }

    /**
     * Writes a data set, whole or not at all.
     *
     * @param out a file, or for {@link Target#LABELS} a folder
     * @param force whether an earlier result may be replaced
     * @throws SomaException when there is nothing to write, or the output can't be written or would
     *     replace anything but an earlier result
     */
    public static DatasetConversion write(Dataset dataset, Target target, Path out, boolean force) {
        if (dataset.images().isEmpty() || dataset.categories().isEmpty()) {
            throw new SomaException(
                    dataset.source()
                            + ": data set: expected images with annotations, got "
                            + (dataset.images().isEmpty() ? "no image" : "images alone"));
        }
        if (target == Target.LABELS) {
            requireFolder(dataset, out, force);
            return labels(dataset, out);
        }
        requireFile(dataset, out, force);
        return target == Target.CSV ? csv(dataset, out) : coco(dataset, out);
    }

    private static DatasetConversion coco(Dataset dataset, Path out) {
        CocoWriter.write(dataset, out);
        return new DatasetConversion(
                dataset.images().size(), dataset.instanceCount(), new Losses(), Optional.empty());
    }

    private static DatasetConversion csv(Dataset dataset, Path out) {
        Losses losses = new Losses();
        Dataset masks = ImageNames.ofTable(MasksOnly.of(dataset, losses), losses);
        TableLosses.countClasses(masks, losses);
        Optional<Path> folder = TableLosses.imageFolder(masks);
        folder.ifPresent(images -> TableLosses.countImages(masks, images, losses));
        CompetitionCsvWriter.write(masks, out);
        Path usual = CompetitionCsvReader.defaultFolder(out).normalize();
        boolean together = losses.count(Loss.IMAGE_PLACE) == 0;
        return new DatasetConversion(
                masks.images().size(),
                masks.instanceCount(),
                losses,
                folder.filter(images -> together && !images.equals(usual)));
    }

    private static DatasetConversion labels(Dataset dataset, Path out) {
        Losses losses = new Losses();
        Dataset masks = ImageNames.ofLabelled(MasksOnly.of(dataset, losses), losses);
        int objects = LabelFolderWriter.write(masks, out, losses);
        int images = masks.withUsableImages().images().size();
        return new DatasetConversion(images, objects, losses, Optional.empty());
    }

    private static void requireFile(Dataset dataset, Path out, boolean force) {
        if (Files.isDirectory(out)) {
            throw new SomaException(out + ": output: expected a file, got a folder");
        }
        if (!Files.exists(out)) {
            return;
        }
        if (!force) {
            throw new SomaException(
                    out + ": output: expected no file yet, got one; --force replaces it");
        }
        if (real(out).equals(real(dataset.source()))) {
            throw new SomaException(
                    out + ": output: expected another file than the data set's, got the same");
        }
    }

    /** The place that a path leads to, links followed. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new SomaException(path + ": cannot read: " + e.getMessage(), e);
        }
    }

    /** A folder is replaced as a whole, so there must be nothing in it that anybody could miss. */
    private static void requireFolder(Dataset dataset, Path out, boolean force) {
        if (!Files.exists(out)) {
            return;
        }
        if (!Files.isDirectory(out)) {
            throw new SomaException(out + ": output: expected a folder, got a file");
        }
        Path folder = real(out);
        for (ImageRecord image : dataset.images()) {
            if (Files.exists(image.file()) && real(image.file()).startsWith(folder)) {
                throw new SomaException(
                        out
                                + ": output: expected a folder without images of the data set, got "
                                + image.file().getFileName());
            }
        }
        for (Path entry : ImageFiles.list(out)) {
            if (!force) {
                throw new SomaException(
                        out
                                + ": output: expected no earlier results, got "
                                + entry.getFileName()
                                + "; --force replaces them");
            }
            if (Files.isDirectory(entry) || !ImageFiles.isImage(entry)) {
                throw new SomaException(
                        out
                                + ": output: expected images and label images alone to replace, got"
                                + " "
                                + entry.getFileName());
            }
        }
    }
}
