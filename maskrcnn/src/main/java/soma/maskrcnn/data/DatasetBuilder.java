package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects images and annotations while a file is read, counts defects, and sorts the result. */
final class DatasetBuilder {
    private final Path source;
    private final DatasetFormat format;
    private final DatasetReport.Collector defects = new DatasetReport.Collector();
    private final Map<String, Entry> entries = new HashMap<>();
    private List<Category> categories = List.of();
    private boolean integerImageIds;

    private record Entry(Path file, int height, int width, List<Annotation> annotations) {}

    DatasetBuilder(Path source, DatasetFormat format) {
        this.source = source;
        this.format = format;
    }

    void categories(List<Category> sorted) {
        categories = sorted;
    }

    void integerImageIds(boolean integer) {
        integerImageIds = integer;
    }

    void defect(Defect kind, String name) {
        defects.add(kind, name);
    }

    /** Adds an image, or counts it as a duplicate. */
    void image(String id, Path file, int height, int width) {
        if (entries.putIfAbsent(id, new Entry(file, height, width, new ArrayList<>())) != null) {
            defect(Defect.DUPLICATE_IMAGE, "image " + id);
        }
    }

    boolean hasImage(String id) {
        return entries.containsKey(id);
    }

    int height(String id) {
        return entries.get(id).height();
    }

    int width(String id) {
        return entries.get(id).width();
    }

    /** Adds an object to an image that has been added before. */
    void annotation(String imageId, Annotation annotation, String name) {
        if (annotation.segmentation() instanceof Segmentation.OfRle mask && mask.rle().isEmpty()) {
            defect(Defect.EMPTY_MASK, name);
        } else if (!annotation.boxHasArea()) {
            defect(Defect.BOX_WITHOUT_AREA, name);
        }
        entries.get(imageId).annotations().add(annotation);
    }

    /** Adds an object that is known by its mask alone; box and area are the mask's. */
    void mask(String imageId, long id, int category, Rle mask, String name) {
        annotation(
                imageId,
                new Annotation(
                        id,
                        category,
                        mask.bbox(),
                        false,
                        new Segmentation.OfRle(mask),
                        mask.area()),
                name);
    }

    /**
     * Looks at the image files and returns the data set.
     *
     * @throws SomaException when there isn't a single image
     */
    Dataset build() {
        if (entries.isEmpty()) {
            DatasetReport.Finding unreadable =
                    defects.report().findings().get(Defect.IMAGE_UNREADABLE);
            throw new SomaException(
                    unreadable == null
                            ? source + ": images: expected at least one, got none"
                            : unreadable.names().getFirst());
        }
        return buildAlsoEmpty();
    }

    /** Like {@link #build}, but a file that lists no image is a data set without images. */
    Dataset buildAlsoEmpty() {
        List<ImageRecord> images = new ArrayList<>(entries.size());
        entries.forEach(
                (id, entry) ->
                        images.add(
                                new ImageRecord(
                                        id,
                                        entry.file(),
                                        entry.height(),
                                        entry.width(),
                                        entry.annotations())));
        images.sort(integerImageIds ? BY_NUMBER : Comparator.comparing(ImageRecord::id));
        Set<String> unusable = new HashSet<>();
        List<Optional<Trouble>> troubles =
                images.parallelStream().map(DatasetBuilder::trouble).toList();
        for (int i = 0; i < troubles.size(); i++) {
            ImageRecord image = images.get(i);
            troubles.get(i)
                    .ifPresent(
                            trouble -> {
                                defect(trouble.defect(), trouble.name());
                                unusable.add(image.id());
                            });
            if (image.annotations().isEmpty() && format != DatasetFormat.IMAGES) {
                defect(Defect.NO_ANNOTATIONS, "image " + image.id());
            }
        }
        return new Dataset(
                source, format, images, categories, integerImageIds, unusable, defects.report());
    }

    private static final Comparator<ImageRecord> BY_NUMBER =
            Comparator.comparingLong(image -> Long.parseLong(image.id()));

    /** What is wrong with an image's file. */
    private record Trouble(Defect defect, String name) {}

    private static Optional<Trouble> trouble(ImageRecord image) {
        if (!Files.isRegularFile(image.file())) {
            return Optional.of(new Trouble(Defect.IMAGE_MISSING, image.file().toString()));
        }
        try {
            ImageSize size = ImageReader.readSize(image.file());
            if (size.height() == image.height() && size.width() == image.width()) {
                return Optional.empty();
            }
            ImageSize annotated = new ImageSize(image.height(), image.width());
            String name = image.file() + " (" + size + ", annotated " + annotated + ")";
            return Optional.of(new Trouble(Defect.IMAGE_SIZE, name));
        } catch (SomaException e) {
            return Optional.of(new Trouble(Defect.IMAGE_UNREADABLE, e.getMessage()));
        }
    }
}
