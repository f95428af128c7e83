package soma.maskrcnn.eval;

import java.util.Arrays;

/**
 * Largest one-to-one matchings between predictions and objects by augmenting paths (Kuhn 1955). A
 * prediction that is matched stays so: between matchings as large, those that come first win.
 */
final class LargestMatching {
    private final int[][] candidates;
    private final int[] predictionOf;
    private final int[] visited;
    private int round;

    /** Which candidates count. */
    @FunctionalInterface
    interface Filter {
        /** Whether a prediction may be matched with the object at a place of its candidates. */
        boolean admits(int prediction, int place);
    }

    /**
     * Matchings of the same predictions and objects.
     *
     * @param candidates of each prediction the objects that it may be matched with
     * @param truths number of objects
     */
    LargestMatching(int[][] candidates, int truths) {
        this.candidates = candidates;
        predictionOf = new int[truths];
        visited = new int[truths];
    }

    /**
     * Finds one.
     *
     * @return the prediction of each object, -1 for none; overwritten by the next call
     */
    int[] find(Filter filter) {
        Arrays.fill(predictionOf, -1);
        for (int p = 0; p < candidates.length; p++) {
            round++;
            augment(p, filter);
        }
        return predictionOf;
    }

    private boolean augment(int prediction, Filter filter) {
        for (int i = 0; i < candidates[prediction].length; i++) {
            int truth = candidates[prediction][i];
            if (visited[truth] == round || !filter.admits(prediction, i)) {
                continue;
            }
            visited[truth] = round;
            if (predictionOf[truth] < 0 || augment(predictionOf[truth], filter)) {
                predictionOf[truth] = prediction;
                return true;
            }
        }
        return false;
    }
}
