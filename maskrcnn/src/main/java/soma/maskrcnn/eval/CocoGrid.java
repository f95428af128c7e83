package soma.maskrcnn.eval;

/** The thresholds and area ranges over which COCO averages (pycocotools {@code Params}). */
final class CocoGrid {
    /** IoU thresholds 0.5, 0.55 .. 0.95. */
    static final double[] IOU = linspace(0.5, 0.95, 10);

    /** Recalls 0, 0.01 .. 1 at which precision is read off. */
    static final double[] RECALL = linspace(0, 1, 101);

    /** Areas, both ends inclusive: all, small, medium, large. */
    static final double[][] AREAS = {{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}};

    static final String[] AREA_NAMES = {"all", "small", "medium", "large"};

    /** Place of IoU 0.5 and 0.75 in {@link #IOU}. */
    static final int IOU_50 = 0;

    static final int IOU_75 = 5;

    private CocoGrid() {}

    /** numpy's, so that the thresholds are the same doubles. */
    static double[] linspace(double start, double stop, int n) {
        double step = (stop - start) / (n - 1);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = i * step + start;
        }
        values[n - 1] = stop;
        return values;
    }
}
