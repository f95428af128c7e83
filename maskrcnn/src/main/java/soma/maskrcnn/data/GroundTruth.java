package soma.maskrcnn.data;

import soma.tensor.ShapeException;

import java.util.List;

/**
 * What is to be found in one image, in the coordinates of the image as the network sees it.
 *
 * @param height rows of the transformed image
 * @param width columns of the transformed image
 * @param boxes x1, y1, x2, y2 of each object, one after another
 * @param classes index of each object's class, 0 to K-1
 * @param masks outline of each object; run-length encoded or polygons, never a bitmap per object
 */
public record GroundTruth(
        int height, int width, float[] boxes, int[] classes, List<Segmentation> masks) {
    /** Checks that the lists agree. */
    public GroundTruth {
        masks = List.copyOf(masks);
        if (boxes.length != 4 * classes.length || masks.size() != classes.length) {
            throw ShapeException.of(
                    "ground truth",
                    "objects",
                    classes.length + " boxes and masks, one for each class",
                    boxes.length / 4 + " boxes, " + masks.size() + " masks");
        }
    }

    /** Number of objects. */
    public int size() {
        return classes.length;
    }
}
