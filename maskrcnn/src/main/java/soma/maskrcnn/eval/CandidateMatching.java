package soma.maskrcnn.eval;

/**
 * The one-to-one matching of {@link MaskMatching} at the competition's thresholds where it is known
 * already which masks match: for many matchings of the same masks.
 */
public final class CandidateMatching {
    private CandidateMatching() {}

    /**
     * How many of the thresholds the IoU of two masks is above.
     *
     * @param shared pixels of both
     * @param area pixels of one
     * @param otherArea pixels of the other
     */
    public static int thresholdsPassed(int shared, int area, int otherArea) {
        long union = (long) area + otherArea - shared;
        int passed = 0;
        while (passed < ImageScore.THRESHOLDS
                && IouThreshold.ofCompetition(passed).isBelow(shared, union)) {
            passed++;
        }
        return passed;
    }

    /**
     * Counts the matches at each threshold.
     *
     * @param candidates of each prediction the objects whose IoU with it is above the lowest
     *     threshold
     * @param passed of each prediction and candidate the {@linkplain #thresholdsPassed thresholds
     *     passed}
     * @param truths number of objects
     */
    public static ImageScore score(int[][] candidates, int[][] passed, int truths) {
        LargestMatching matching = new LargestMatching(candidates, truths);
        int[] truePositives = new int[ImageScore.THRESHOLDS];
        for (int k = 0; k < truePositives.length; k++) {
            int threshold = k;
            int[] found = matching.find((p, i) -> passed[p][i] > threshold);
            truePositives[k] = MaskMatches.of(candidates.length, found).count();
        }
        return new ImageScore(truePositives, candidates.length, truths);
    }
}
