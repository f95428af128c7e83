package soma.maskrcnn.eval;

/**
 * The competition score of one image: counts of matches at the thresholds 0.50, 0.55 .. 0.95.
 *
 * @param truePositives matched pairs, per threshold
 * @param predicted number of predictions
 * @param truths number of annotated objects
 */
public record ImageScore(int[] truePositives, int predicted, int truths) {
    /** Number of thresholds. */
    public static final int THRESHOLDS = 10;

    /** Predictions without a match at threshold {@code k}. */
    public int falsePositives(int k) {
        return predicted - truePositives[k];
    }

    /** Objects without a match at threshold {@code k}. */
    public int falseNegatives(int k) {
        return truths - truePositives[k];
    }

    /**
     * Returns TP / (TP + FP + FN) at threshold {@code k}; 1 when there is nothing and nothing was
     * predicted.
     */
    public double precision(int k) {
        int all = predicted + truths - truePositives[k];
        return all == 0 ? 1 : (double) truePositives[k] / all;
    }

    /** Returns the mean over the thresholds. */
    public double score() {
        double[] precisions = new double[THRESHOLDS];
        for (int k = 0; k < THRESHOLDS; k++) {
            precisions[k] = precision(k);
        }
        return PairwiseMean.of(precisions, THRESHOLDS);
    }
}
