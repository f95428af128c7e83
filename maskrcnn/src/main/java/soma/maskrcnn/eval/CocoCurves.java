package soma.maskrcnn.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Precision at 101 recalls and final recall, for every IoU threshold, class, area range and number
 * of detections (pycocotools {@code COCOeval.accumulate}); -1 where there is no ground truth.
 */
public final class CocoCurves {
    /** numpy's {@code spacing(1)}. */
    private static final double EPSILON = 2.220446049250313e-16;

    private static final int LIMITS = 3;

    private final int classes;
    private final double[] precision;
    private final double[] recall;

    private CocoCurves(int classes) {
        this.classes = classes;
        int cells = CocoGrid.IOU.length * classes * CocoGrid.AREAS.length * LIMITS;
        precision = new double[cells * CocoGrid.RECALL.length];
        recall = new double[cells];
        Arrays.fill(precision, -1);
        Arrays.fill(recall, -1);
    }

    /** Number of classes. */
    public int classes() {
        return classes;
    }

    /**
     * Returns the precision at a recall; -1 without ground truth.
     *
     * @param t IoU threshold, 0 to 9
     * @param r recall, 0 to 100
     * @param k class
     * @param a area range: all, small, medium, large
     * @param m number of detections, 0 to 2
     */
    public double precision(int t, int r, int k, int a, int m) {
        return precision[cell(t, k, a, m) * CocoGrid.RECALL.length + r];
    }

    /**
     * Returns the recall reached, its arguments being those of {@link #precision}; -1 without
     * ground truth.
     */
    public double recall(int t, int k, int a, int m) {
        return recall[cell(t, k, a, m)];
    }

    private int cell(int t, int k, int a, int m) {
        return ((t * classes + k) * CocoGrid.AREAS.length + a) * LIMITS + m;
    }

    /**
     * Averages precision over recalls, for a class or all (-1), a threshold or all (-1); -1 without
     * ground truth.
     */
    public double meanPrecision(int t, int k, int a, int m) {
        int thresholds = t < 0 ? CocoGrid.IOU.length : 1;
        Mean mean = new Mean(thresholds * CocoGrid.RECALL.length * (k < 0 ? classes : 1));
        for (int i = t < 0 ? 0 : t; i <= (t < 0 ? CocoGrid.IOU.length - 1 : t); i++) {
            for (int r = 0; r < CocoGrid.RECALL.length; r++) {
                for (int j = k < 0 ? 0 : k; j <= (k < 0 ? classes - 1 : k); j++) {
                    mean.add(precision(i, r, j, a, m));
                }
            }
        }
        return mean.value();
    }

    /** Averages recall over thresholds, for a class or all (-1); -1 without ground truth. */
    public double meanRecall(int k, int a, int m) {
        Mean mean = new Mean(CocoGrid.IOU.length * classes);
        for (int i = 0; i < CocoGrid.IOU.length; i++) {
            for (int j = k < 0 ? 0 : k; j <= (k < 0 ? classes - 1 : k); j++) {
                mean.add(recall(i, j, a, m));
            }
        }
        return mean.value();
    }

    /** The mean of the values that exist, added up in pycocotools' order. */
    private static final class Mean {
        private final double[] values;
        private int n;

        Mean(int most) {
            values = new double[most];
        }

        void add(double value) {
            if (value > -1) {
                values[n++] = value;
            }
        }

        double value() {
            return n == 0 ? -1 : PairwiseMean.of(values, n);
        }
    }

    /**
     * Ranks the detections of all images and computes the curves.
     *
     * @param cells matches, {@code [image * classes + class]}, null where an image has neither
     *     ground truth nor detections
     */
    static CocoCurves accumulate(CocoCell[] cells, int images, int classes, int[] maxDets) {
        CocoCurves curves = new CocoCurves(classes);
        IntStream.range(0, classes * LIMITS)
                .parallel()
                .forEach(
                        job -> {
                            int k = job / LIMITS;
                            CocoCell[] ofClass =
                                    IntStream.range(0, images)
                                            .mapToObj(i -> cells[i * classes + k])
                                            .filter(cell -> cell != null)
                                            .toArray(CocoCell[]::new);
                            curves.accumulate(ofClass, k, job % LIMITS, maxDets[job % LIMITS]);
                        });
        return curves;
    }

    private void accumulate(CocoCell[] cells, int k, int m, int maxDet) {
        int total = 0;
        for (CocoCell cell : cells) {
            total += Math.min(cell.scores.length, maxDet);
        }
        int[] cellOf = new int[total];
        int[] placeOf = new int[total];
        Integer[] rank = new Integer[total];
        int n = 0;
        for (int c = 0; c < cells.length; c++) {
            for (int d = 0; d < Math.min(cells[c].scores.length, maxDet); d++) {
                cellOf[n] = c;
                placeOf[n] = d;
                rank[n] = n;
                n++;
            }
        }
        // A stable sort: equal scores stay in the order of the images.
        Arrays.sort(
                rank,
                Comparator.comparingDouble((Integer i) -> cells[cellOf[i]].scores[placeOf[i]])
                        .reversed());
        double[] precisions = new double[total];
        double[] recalls = new double[total];
        for (int a = 0; a < CocoGrid.AREAS.length; a++) {
            int positives = 0;
            for (CocoCell cell : cells) {
                positives += cell.positives[a];
            }
            if (positives == 0) {
                continue;
            }
            for (int t = 0; t < CocoGrid.IOU.length; t++) {
                int hits = 0;
                int misses = 0;
                for (int i = 0; i < total; i++) {
                    CocoCell cell = cells[cellOf[rank[i]]];
                    int at = t * cell.scores.length + placeOf[rank[i]];
                    switch (cell.verdicts[a][at]) {
                        case CocoCell.TRUE_POSITIVE -> hits++;
                        case CocoCell.FALSE_POSITIVE -> misses++;
                        default -> {
                            // Ignored: neither for nor against.
                        }
                    }
                    recalls[i] = (double) hits / positives;
                    precisions[i] = hits / (misses + hits + EPSILON);
                }
                record(cell(t, k, a, m), precisions, recalls, total);
            }
        }
    }

    private void record(int cell, double[] precisions, double[] recalls, int total) {
        recall[cell] = total == 0 ? 0 : recalls[total - 1];
        for (int i = total - 1; i > 0; i--) {
            precisions[i - 1] = Math.max(precisions[i - 1], precisions[i]);
        }
        int i = 0;
        for (int r = 0; r < CocoGrid.RECALL.length; r++) {
            while (i < total && recalls[i] < CocoGrid.RECALL[r]) {
                i++;
            }
            precision[cell * CocoGrid.RECALL.length + r] = i < total ? precisions[i] : 0;
        }
    }
}
