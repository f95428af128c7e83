package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/** What one model found in images, in a file. */
public interface StoredPredictions {
    /** The file, for messages. */
    Path file();

    /** The model's classes; empty when the file doesn't say. */
    List<Category> categories();

    /** The size of each image by its id. */
    SortedMap<String, ImageSize> images();

    /** Whether {@link #images} has those without objects, too. */
    boolean listsAllImages();

    /** Whether the image ids are numbers. */
    boolean integerImageIds();

    /**
     * The objects of an image, by descending score; none where the file doesn't have the image.
     *
     * @param categories the classes, of which objects have indices
     * @throws SomaException when the file holds what can't be: scores outside 0 to 1, classes that
     *     aren't in the list, masks or boxes that don't fit the image
     */
    Instances read(String imageId, ImageSize size, List<Category> categories);

    /**
     * Opens {@code results.json}, {@code raw.safetensors}, or what of the two a folder of results
     * has, the raw one first.
     *
     * @throws SomaException when there is neither, or the file is damaged
     */
    static StoredPredictions open(Path path) {
        Path file = StoredFile.of(path);
        return StoredFile.isRaw(file) ? RawPredictions.open(file) : ResultPredictions.open(file);
    }

    /**
     * What {@code results.json} would hold.
     *
     * @param source where the detections are from, for messages
     * @throws SomaException when one has no mask, is there twice, or masks of an image differ in
     *     size
     */
    static StoredPredictions of(Path source, CocoResults results) {
        return new ResultPredictions(source, results);
    }
}
