package soma.maskrcnn.eval;

import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;

/**
 * One-to-one matching of predicted and annotated masks of an image, at any IoU.
 *
 * <p>A pair may match when its IoU is above the threshold, decided exactly in whole numbers. Where
 * masks overlap among themselves a mask may have several candidates; the largest matching counts
 * then (augmenting paths, Kuhn 1955).
 */
public final class MaskMatching {
    /** A prediction and an object that share pixels. */
    private record Pair(int prediction, int truth, long intersection, long union) {}

    private final List<Pair> pairs;
    private final int predictions;
    private final int truths;

    private MaskMatching(List<Pair> pairs, int predictions, int truths) {
        this.pairs = pairs;
        this.predictions = predictions;
        this.truths = truths;
    }

    /** Compares each prediction with each object. */
    public static MaskMatching of(List<Rle> predicted, List<Rle> truths) {
        List<Pair> pairs = new ArrayList<>();
        for (int p = 0; p < predicted.size(); p++) {
            Rle mask = predicted.get(p);
            for (int g = 0; g < truths.size(); g++) {
                Rle truth = truths.get(g);
                int shared = mask.intersectionArea(truth);
                if (shared > 0) {
                    pairs.add(new Pair(p, g, shared, (long) mask.area() + truth.area() - shared));
                }
            }
        }
        return new MaskMatching(pairs, predicted.size(), truths.size());
    }

    /** Counts the matches at each of the competition's thresholds. */
    public ImageScore score() {
        int[] truePositives = new int[ImageScore.THRESHOLDS];
        for (int k = 0; k < truePositives.length; k++) {
            truePositives[k] = at(IouThreshold.ofCompetition(k)).count();
        }
        return new ImageScore(truePositives, predictions, truths);
    }

    /**
     * Returns a largest matching. Between matchings as large, predictions that come first are
     * matched.
     */
    public MaskMatches at(IouThreshold iou) {
        return at(iou, new int[predictions], new int[truths]);
    }

    /**
     * Returns a largest matching in which classes agree.
     *
     * @param classes of the predictions
     * @param truthClasses of the objects
     */
    public MaskMatches at(IouThreshold iou, int[] classes, int[] truthClasses) {
        List<List<Integer>> candidates = new ArrayList<>();
        for (int p = 0; p < predictions; p++) {
            candidates.add(new ArrayList<>());
        }
        for (Pair pair : pairs) {
            if (iou.isBelow(pair.intersection, pair.union)
                    && classes[pair.prediction] == truthClasses[pair.truth]) {
                candidates.get(pair.prediction).add(pair.truth);
            }
        }
        int[][] admitted =
                candidates.stream()
                        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                        .toArray(int[][]::new);
        int[] found = new LargestMatching(admitted, truths).find((_, _) -> true);
        return MaskMatches.of(predictions, found);
    }
}
