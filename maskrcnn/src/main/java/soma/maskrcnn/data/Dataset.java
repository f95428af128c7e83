package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Images with their annotations and classes; no pixels are held.
 *
 * @param source file or folder it was read from
 * @param format its form
 * @param images sorted by id (as numbers when they are numbers)
 * @param categories sorted by id; an annotation's category is an index into this list
 * @param integerImageIds whether the file's image ids are numbers, to be written back as such
 * @param unusableImages ids of images that are missing, unreadable or of another size than
 *     annotated
 * @param report defects found
 */
public record Dataset(
        Path source,
        DatasetFormat format,
        List<ImageRecord> images,
        List<Category> categories,
        boolean integerImageIds,
        Set<String> unusableImages,
        DatasetReport report) {
    /** Copies the collections. */
    public Dataset {
        images = List.copyOf(images);
        categories = List.copyOf(categories);
        unusableImages = Set.copyOf(unusableImages);
    }

    /**
     * Checks that nothing of it is {@linkplain Defect#isDamage damaged}.
     *
     * @throws SomaException naming the source and the first damage
     */
    public Dataset requireSound() {
        report.damage()
                .ifPresent(
                        damage -> {
                            throw new SomaException(
                                    source + ": annotations: expected none damaged, got " + damage);
                        });
        return this;
    }

    /** Number of annotations, crowds included. */
    public int instanceCount() {
        return images.stream().mapToInt(image -> image.annotations().size()).sum();
    }

    /** Returns the names of the classes, by index. */
    public List<String> classNames() {
        return categories.stream().map(Category::name).toList();
    }

    /** Returns the images by id. */
    public Map<String, ImageRecord> imagesById() {
        Map<String, ImageRecord> byId = HashMap.newHashMap(images.size());
        images.forEach(image -> byId.put(image.id(), image));
        return byId;
    }

    /** Returns the index of each category by its id in the file. */
    public Map<Long, Integer> categoryIndices() {
        Map<Long, Integer> indices = new HashMap<>();
        for (int i = 0; i < categories.size(); i++) {
            indices.put(categories.get(i).id(), i);
        }
        return indices;
    }

    /** Returns the same data set with other images. */
    public Dataset withImages(List<ImageRecord> others) {
        return new Dataset(
                source, format, others, categories, integerImageIds, unusableImages, report);
    }

    /**
     * Returns what can be learned from: readable images with at least one trainable object, without
     * crowds, empty masks and boxes of no area (detectron2 {@code
     * filter_images_with_only_crowd_annotations}, {@code filter_empty_instances}).
     */
    public Dataset forTraining() {
        return withImages(
                images.stream()
                        .filter(image -> !unusableImages.contains(image.id()))
                        .map(
                                image ->
                                        image.withAnnotations(
                                                image.annotations().stream()
                                                        .filter(Annotation::isTrainable)
                                                        .toList()))
                        .filter(image -> !image.annotations().isEmpty())
                        .toList());
    }

    /**
     * Returns the images whose files can be read, with all annotations, as evaluation wants them.
     */
    public Dataset withUsableImages() {
        return withImages(
                images.stream().filter(image -> !unusableImages.contains(image.id())).toList());
    }
}
