package soma.maskrcnn.data;

import java.nio.file.Path;
import java.util.List;

/**
 * An image of a data set with its annotations; the pixels stay on disk.
 *
 * @param id the image's id as text, unique in its data set
 * @param file where the image is (or should be)
 * @param height rows
 * @param width columns
 * @param annotations objects in the order of the file
 */
public record ImageRecord(
        String id, Path file, int height, int width, List<Annotation> annotations) {
    /** Copies the list. */
    public ImageRecord {
        annotations = List.copyOf(annotations);
    }

    /** Returns the same image with other annotations. */
    public ImageRecord withAnnotations(List<Annotation> others) {
        return new ImageRecord(id, file, height, width, others);
    }

    /**
     * Returns the class that most objects (crowds left out) have, the lowest among equals; -1
     * without objects.
     */
    public int majorityCategory() {
        int[] counts =
                new int[1 + annotations.stream().mapToInt(Annotation::category).max().orElse(0)];
        annotations.stream().filter(a -> !a.crowd()).forEach(a -> counts[a.category()]++);
        int best = 0;
        for (int i = 1; i < counts.length; i++) {
            if (counts[i] > counts[best]) {
                best = i;
            }
        }
        return counts[best] == 0 ? -1 : best;
    }
}
