package soma.maskrcnn.eval;

/**
 * The mean as {@code numpy.mean} computes it, to the last bit, so that a figure that lies on the
 * edge between two printed ones falls to the same side as pycocotools'.
 *
 * <p>Sums of up to 128 values run in eight lanes, added as a tree; longer ones are halved, the cut
 * at a multiple of eight.
 */
final class PairwiseMean {
    private static final int BLOCK = 128;
    private static final int LANES = 8;

    private PairwiseMean() {}

    /** Returns the mean of the first {@code n} values; there must be at least one. */
    static double of(double[] values, int n) {
        return sum(values, 0, n) / n;
    }

    private static double sum(double[] values, int start, int n) {
        if (n > BLOCK) {
            int half = n / 2;
            half -= half % LANES;
            return sum(values, start, half) + sum(values, start + half, n - half);
        }
        int inLanes = n < LANES ? 0 : n - n % LANES;
        double sum = inLanes == 0 ? 0 : lanes(values, start, inLanes);
        for (int i = inLanes; i < n; i++) {
            sum += values[start + i];
        }
        return sum;
    }

    private static double lanes(double[] values, int start, int n) {
        double[] lane = new double[LANES];
        for (int i = 0; i < n; i++) {
            lane[i % LANES] += values[start + i];
        }
        return ((lane[0] + lane[1]) + (lane[2] + lane[3]))
                + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    }
}
