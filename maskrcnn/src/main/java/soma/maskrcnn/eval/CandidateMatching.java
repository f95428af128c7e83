package soma.maskrcnn.eval;

import java.util.Arrays;

/**
 * The one-to-one matching of {@link MaskMatching} at the competition's thresholds where it is known
 * already which masks match: for many matchings of the same masks.
 */
public final class CandidateMatching {
    private final int[][] candidates;
    private final int[][] passed;
    private final int[] predictionOf;
    private final int[] visited;
    private int round;

    private CandidateMatching(int[][] candidates, int[][] passed, int truths) {
        this.candidates = candidates;
        this.passed = passed;
        predictionOf = new int[truths];
        visited = new int[truths];
    }

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
        CandidateMatching matching = new CandidateMatching(candidates, passed, truths);
        int[] truePositives = new int[ImageScore.THRESHOLDS];
        for (int k = 0; k < truePositives.length; k++) {
            truePositives[k] = matching.largest(k);
        }
        return new ImageScore(truePositives, candidates.length, truths);
    }

    private int largest(int k) {
        Arrays.fill(predictionOf, -1);
        int size = 0;
        for (int p = 0; p < candidates.length; p++) {
            round++;
            size += augment(p, k) ? 1 : 0;
        }
        return size;
    }

    private boolean augment(int prediction, int k) {
        for (int i = 0; i < candidates[prediction].length; i++) {
            int truth = candidates[prediction][i];
            if (passed[prediction][i] <= k || visited[truth] == round) {
                continue;
            }
            visited[truth] = round;
            if (predictionOf[truth] < 0 || augment(predictionOf[truth], k)) {
                predictionOf[truth] = prediction;
                return true;
            }
        }
        return false;
    }
}
