package soma.maskrcnn.eval;

import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One-to-one matching of predicted and annotated masks at the competition's thresholds.
 *
 * <p>A pair may match at {@code t = (10 + k) / 20} when its IoU is above t, decided exactly in
 * whole numbers: {@code 20 * intersection > (10 + k) * union}. Where masks overlap among themselves
 * a mask may have several candidates; the largest matching counts then (augmenting paths, Kuhn
 * 1955).
 */
final class MaskMatching {
    /** A prediction and an object with an IoU above one half. */
    private record Pair(int prediction, int truth, int thresholds) {}

    private final int[][] candidates;
    private final int[][] thresholds;
    private final int[] matchOfTruth;
    private final int[] visited;
    private int round;

    private MaskMatching(List<Pair> pairs, int predictions, int truths) {
        int[] degree = new int[predictions];
        pairs.forEach(pair -> degree[pair.prediction()]++);
        candidates = new int[predictions][];
        thresholds = new int[predictions][];
        for (int p = 0; p < predictions; p++) {
            candidates[p] = new int[degree[p]];
            thresholds[p] = new int[degree[p]];
        }
        for (Pair pair : pairs) {
            int p = pair.prediction();
            int at = --degree[p];
            candidates[p][at] = pair.truth();
            thresholds[p][at] = pair.thresholds();
        }
        matchOfTruth = new int[truths];
        visited = new int[truths];
    }

    /** Counts the matches of each threshold. */
    static ImageScore score(List<Rle> predicted, List<Rle> truths) {
        List<Pair> pairs = new ArrayList<>();
        for (int p = 0; p < predicted.size(); p++) {
            Rle mask = predicted.get(p);
            for (int g = 0; g < truths.size(); g++) {
                Rle truth = truths.get(g);
                int shared = mask.intersectionArea(truth);
                long union = (long) mask.area() + truth.area() - shared;
                int passed = 0;
                while (passed < ImageScore.THRESHOLDS && 20L * shared > (10 + passed) * union) {
                    passed++;
                }
                if (passed > 0) {
                    pairs.add(new Pair(p, g, passed));
                }
            }
        }
        MaskMatching matching = new MaskMatching(pairs, predicted.size(), truths.size());
        int[] truePositives = new int[ImageScore.THRESHOLDS];
        for (int k = 0; k < truePositives.length; k++) {
            truePositives[k] = matching.largest(k);
        }
        return new ImageScore(truePositives, predicted.size(), truths.size());
    }

    private int largest(int k) {
        Arrays.fill(matchOfTruth, -1);
        int size = 0;
        for (int p = 0; p < candidates.length; p++) {
            round++;
            if (augment(p, k)) {
                size++;
            }
        }
        return size;
    }

    private boolean augment(int prediction, int k) {
        for (int i = 0; i < candidates[prediction].length; i++) {
            int truth = candidates[prediction][i];
            if (thresholds[prediction][i] <= k || visited[truth] == round) {
                continue;
            }
            visited[truth] = round;
            if (matchOfTruth[truth] < 0 || augment(matchOfTruth[truth], k)) {
                matchOfTruth[truth] = prediction;
                return true;
            }
        }
        return false;
    }
}
