package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.LabelImage;
import soma.maskrcnn.image.TiffWriter;
import soma.maskrcnn.structures.Rle;
import soma.nn.io.AtomicFolders;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Writes a data set as a folder of images, copied byte for byte, with a label image {@code
 * <name>_masks.tif} beside each.
 *
 * <p>Where objects overlap, the smaller one is on top, so that none is lost inside of another.
 */
final class LabelFolderWriter {
    /** The class that every object of a folder of label images has. */
    private static final String CLASS = LabelFolderReader.CATEGORY.name();

    private final Dataset dataset;
    private final Losses losses;
    private int objects;

    private LabelFolderWriter(Dataset dataset, Losses losses) {
        this.dataset = dataset;
        this.losses = losses;
    }

    /**
     * Writes the images that can be read to {@code folder}, all or none.
     *
     * @param dataset with {@linkplain ImageNames#ofLabelled names of files} as ids and {@linkplain
     *     MasksOnly run lengths} as masks
     * @return the number of objects written
     * @throws SomaException when no image can be read, or the folder can't be written
     */
    static int write(Dataset dataset, Path folder, Losses losses) {
        LabelFolderWriter writer = new LabelFolderWriter(dataset, losses);
        if (dataset.withUsableImages().images().isEmpty()) {
            throw new SomaException(
                    dataset.source()
                            + ": images: expected at least one that can be read, got none of "
                            + dataset.images().size());
        }
        AtomicFolders.write(folder, writer::write);
        return writer.objects;
    }

    private void write(Path folder) throws IOException {
        for (ImageRecord image : dataset.images()) {
            if (dataset.unusableImages().contains(image.id())) {
                int lost = image.annotations().size();
                losses.add(Loss.IMAGE, image.id() + " (" + lost + " objects)");
                continue;
            }
            String name = image.id();
            Files.copy(image.file(), folder.resolve(name + "." + ending(image.file())));
            Path labels = folder.resolve(name + LabelFolderReader.SUFFIX + ".tif");
            TiffWriter.writeLabels(labels, labels(image));
        }
    }

    private static String ending(Path image) {
        return ImageFiles.isImage(image) ? ImageFiles.ending(image) : ImageReader.readEnding(image);
    }

    private LabelImage labels(ImageRecord image) {
        int[] labels = new int[Math.multiplyExact(image.height(), image.width())];
        List<Annotation> annotations = image.annotations();
        List<Integer> largestFirst = new ArrayList<>();
        for (int i = annotations.size() - 1; i >= 0; i--) {
            largestFirst.add(i);
        }
        largestFirst.sort(Comparator.comparingInt((Integer i) -> -mask(annotations.get(i)).area()));
        largestFirst.forEach(i -> mask(annotations.get(i)).paint(labels, i + 1));
        int[] left = new int[annotations.size() + 1];
        for (int label : labels) {
            left[label]++;
        }
        for (int i = 0; i < annotations.size(); i++) {
            count(image, annotations.get(i), left[i + 1]);
        }
        return new LabelImage(image.height(), image.width(), labels);
    }

    private static Rle mask(Annotation annotation) {
        return ((Segmentation.OfRle) annotation.segmentation()).rle();
    }

    private void count(ImageRecord image, Annotation annotation, int left) {
        int area = mask(annotation).area();
        if (left == 0) {
            losses.add(Loss.HIDDEN, image, annotation);
            return;
        }
        objects++;
        if (left < area) {
            String place = "annotation " + annotation.id() + " of image " + image.id();
            losses.add(Loss.OVERLAP, place + " (" + left + " of " + area + " pixels)");
        }
        String name = dataset.categories().get(annotation.category()).name();
        if (!name.equals(CLASS)) {
            losses.add(Loss.CLASS, name);
        }
    }
}
