package soma.maskrcnn.eval;

import java.util.Arrays;

/**
 * The detections of one image and class matched with its ground truth, for every area range and IoU
 * threshold (pycocotools {@code COCOeval.evaluateImg}).
 */
final class CocoCell {
    static final byte IGNORED = 0;
    static final byte TRUE_POSITIVE = 1;
    static final byte FALSE_POSITIVE = 2;

    /** Scores, descending. */
    final double[] scores;

    /** Verdict of each detection: {@code [area][threshold * detections + detection]}. */
    final byte[][] verdicts;

    /** Ground truths that count, per area range. */
    final int[] positives;

    private CocoCell(double[] scores, byte[][] verdicts, int[] positives) {
        this.scores = scores;
        this.verdicts = verdicts;
        this.positives = positives;
    }

    /**
     * Matches detections with ground truth.
     *
     * @param scores of the detections, descending
     * @param areas of the detections
     * @param truthAreas of the ground truth
     * @param crowd whether a ground truth is a crowd
     * @param iou overlap, {@code [detection * truths + truth]}
     */
    static CocoCell match(
            double[] scores, double[] areas, double[] truthAreas, boolean[] crowd, double[] iou) {
        int ranges = CocoGrid.AREAS.length;
        byte[][] verdicts = new byte[ranges][];
        int[] positives = new int[ranges];
        boolean[] ignored = new boolean[truthAreas.length];
        int[] order = new int[truthAreas.length];
        for (int a = 0; a < ranges; a++) {
            double low = CocoGrid.AREAS[a][0];
            double high = CocoGrid.AREAS[a][1];
            int counted = 0;
            for (int g = 0; g < truthAreas.length; g++) {
                ignored[g] = crowd[g] || truthAreas[g] < low || truthAreas[g] > high;
                if (!ignored[g]) {
                    order[counted++] = g;
                }
            }
            positives[a] = counted;
            int next = counted;
            for (int g = 0; g < truthAreas.length; g++) {
                if (ignored[g]) {
                    order[next++] = g;
                }
            }
            boolean[] outside = new boolean[areas.length];
            for (int d = 0; d < areas.length; d++) {
                outside[d] = areas[d] < low || areas[d] > high;
            }
            verdicts[a] = verdicts(outside, order, ignored, crowd, iou);
        }
        return new CocoCell(scores, verdicts, positives);
    }

    private static byte[] verdicts(
            boolean[] outside, int[] order, boolean[] ignored, boolean[] crowd, double[] iou) {
        int detections = outside.length;
        int truths = order.length;
        byte[] verdicts = new byte[CocoGrid.IOU.length * detections];
        boolean[] taken = new boolean[truths];
        for (int t = 0; t < CocoGrid.IOU.length; t++) {
            Arrays.fill(taken, false);
            for (int d = 0; d < detections; d++) {
                double best = Math.min(CocoGrid.IOU[t], 1 - 1e-10);
                int match = -1;
                for (int g : order) {
                    if (taken[g] && !crowd[g]) {
                        continue;
                    }
                    if (match >= 0 && !ignored[match] && ignored[g]) {
                        // Ignored ground truth comes last, and is no better than a real match.
                        break;
                    }
                    double overlap = iou[d * truths + g];
                    if (overlap >= best) {
                        best = overlap;
                        match = g;
                    }
                }
                byte verdict;
                if (match >= 0) {
                    taken[match] = true;
                    verdict = ignored[match] ? IGNORED : TRUE_POSITIVE;
                } else {
                    verdict = outside[d] ? IGNORED : FALSE_POSITIVE;
                }
                verdicts[t * detections + d] = verdict;
            }
        }
        return verdicts;
    }
}
