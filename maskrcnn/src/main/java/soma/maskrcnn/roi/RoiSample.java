package soma.maskrcnn.roi;

import soma.maskrcnn.data.GroundTruth;
import soma.tensor.Tensor;

/**
 * The proposals of one image that the losses see: foreground first, then background.
 *
 * @param boxes [r,4] proposal boxes
 * @param classes of each; K for background
 * @param matches index of the object that each foreground proposal belongs to
 * @param foreground how many are foreground
 * @param truth the image's objects
 */
public record RoiSample(
        Tensor boxes, int[] classes, int[] matches, int foreground, GroundTruth truth) {
    /** Number of proposals. */
    public int size() {
        return classes.length;
    }
}
