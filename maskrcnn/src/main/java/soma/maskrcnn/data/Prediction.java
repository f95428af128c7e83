package soma.maskrcnn.data;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;

/**
 * One detected object, as a COCO results file has it.
 *
 * @param imageId the image's id as text
 * @param categoryId the class's id in the data set's files (not its index); -1 when it isn't known
 * @param score confidence, 0 to 1; NaN when it isn't known
 * @param bbox x, y, width, height in pixels, or null when only a mask is known; not to be changed
 * @param mask the mask on the whole image, or null when only a box is known
 */
public record Prediction(String imageId, long categoryId, double score, double[] bbox, Rle mask) {
    /** Checks that there is a box or a mask. */
    public Prediction {
        if (bbox == null && mask == null) {
            throw new IllegalArgumentException("a prediction needs a box or a mask");
        }
    }

    /** A mask without class and score, as a submission has it. */
    public static Prediction ofMask(String imageId, Rle mask) {
        return new Prediction(imageId, -1, Double.NaN, null, mask);
    }

    /**
     * What was found in an image.
     *
     * @param categories of the classes of {@code found}, by index
     */
    public static List<Prediction> of(String imageId, Instances found, List<Category> categories) {
        List<Prediction> out = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            long category = categories.get(found.classes()[i]).id();
            out.add(
                    new Prediction(
                            imageId,
                            category,
                            found.scores()[i],
                            found.xywh(i),
                            found.masks().get(i)));
        }
        return out;
    }

    /** Returns the box, or the mask's when there is none. */
    public double[] box() {
        return bbox != null ? bbox : mask.bbox();
    }
}
