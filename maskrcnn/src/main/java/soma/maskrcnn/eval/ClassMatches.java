package soma.maskrcnn.eval;

/**
 * Counts of one class over a data set, where only objects of the class may be matched with
 * predictions of it.
 *
 * @param name the class
 * @param truths its objects
 * @param predictions of the class
 * @param truePositives matched pairs at the IoU asked for
 * @param atThresholds matched pairs at the competition's thresholds; not to be changed
 */
public record ClassMatches(
        String name, int truths, int predictions, int truePositives, int[] atThresholds) {
    /** Predictions without an object. */
    public int falsePositives() {
        return predictions - truePositives;
    }

    /** Objects that were not found. */
    public int falseNegatives() {
        return truths - truePositives;
    }

    /**
     * Returns TP / (TP + FP + FN) at the competition's threshold {@code k}; NaN when there is
     * neither an object nor a prediction.
     */
    public double precision(int k) {
        int all = predictions + truths - atThresholds[k];
        return all == 0 ? Double.NaN : (double) atThresholds[k] / all;
    }
}
