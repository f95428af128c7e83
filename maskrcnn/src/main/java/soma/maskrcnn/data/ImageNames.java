package soma.maskrcnn.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Ids under which tables and folders know images: the names of their files. Only COCO has ids that
 * may be anything else, such as numbers.
 */
final class ImageNames {
    private ImageNames() {}

    /** Returns the same data set with the names that a table has, each once. */
    static Dataset ofTable(Dataset dataset, Losses losses) {
        return named(dataset, name -> name, losses);
    }

    /**
     * Returns the same data set with names for a folder of images and label images: none is taken
     * for that of a label image, or a hidden file's.
     */
    static Dataset ofLabelled(Dataset dataset, Losses losses) {
        return named(
                dataset,
                name -> {
                    String shown = name.startsWith(".") ? "_" + name.substring(1) : name;
                    return shown.endsWith(LabelFolderReader.SUFFIX) ? shown + "_image" : shown;
                },
                losses);
    }

    private static Dataset named(Dataset dataset, UnaryOperator<String> change, Losses losses) {
        Set<String> taken = new HashSet<>();
        Set<String> unusable = new HashSet<>();
        List<ImageRecord> images = new ArrayList<>();
        for (ImageRecord image : dataset.images()) {
            boolean coco = dataset.format() == DatasetFormat.COCO;
            String own = coco ? ImageFiles.stem(image.file()) : image.id();
            String name = free(change.apply(own), taken);
            if (!name.equals(image.id())) {
                losses.add(Loss.IMAGE_ID, image.id() + " (" + name + ")");
            }
            if (dataset.unusableImages().contains(image.id())) {
                unusable.add(name);
            }
            images.add(
                    new ImageRecord(
                            name,
                            image.file(),
                            image.height(),
                            image.width(),
                            image.annotations()));
        }
        return new Dataset(
                dataset.source(),
                dataset.format(),
                images,
                dataset.categories(),
                false,
                unusable,
                dataset.report());
    }

    /** Some file systems don't tell upper from lower case, and some read {@code \} as a folder. */
    private static String free(String wanted, Set<String> taken) {
        String safe = wanted.strip().replace('\\', '_');
        String base = safe.isEmpty() ? "_" : safe;
        String name = base;
        for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
            name = base + "_" + i;
        }
        return name;
    }
}
