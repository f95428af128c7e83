package soma.maskrcnn.structures;

/**
 * Overlaps of axis-parallel boxes given as x, y, width, height in double, without the "+1" of older
 * code.
 */
public final class BoxOverlap {
    private BoxOverlap() {}

    /**
     * Returns COCO's overlap of a detection with a ground-truth box: intersection over union, or
     * over the detection's area when the ground truth is a crowd; 0 when they don't meet
     * (pycocotools {@code bbIou}).
     *
     * @param detection x, y, width, height
     * @param truth x, y, width, height
     */
    public static double iou(double[] detection, double[] truth, boolean crowd) {
        double w =
                Math.min(detection[0] + detection[2], truth[0] + truth[2])
                        - Math.max(detection[0], truth[0]);
        if (w <= 0) {
            return 0;
        }
        double h =
                Math.min(detection[1] + detection[3], truth[1] + truth[3])
                        - Math.max(detection[1], truth[1]);
        if (h <= 0) {
            return 0;
        }
        double area = detection[2] * detection[3];
        double shared = w * h;
        return shared / (crowd ? area : area + truth[2] * truth[3] - shared);
    }
}
