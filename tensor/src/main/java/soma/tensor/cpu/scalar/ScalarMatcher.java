package soma.tensor.cpu.scalar;

import java.util.Arrays;

/** detectron2's Matcher on a matrix of qualities. */
final class ScalarMatcher {
    private final double[] thresholds;
    private final int[] labels;
    private final boolean allowLowQuality;

    ScalarMatcher(double[] thresholds, int[] labels, boolean allowLowQuality) {
        this.thresholds = thresholds;
        this.labels = labels;
        this.allowLowQuality = allowLowQuality;
    }

    /**
     * Writes the best row of each column, and its label.
     *
     * @param quality [m,n]
     */
    void match(float[] quality, int m, int n, int[] matches, int[] matchLabels) {
        Arrays.fill(matches, 0);
        Arrays.fill(matchLabels, labels[0]);
        if (m == 0) {
            return;
        }
        for (int j = 0; j < n; j++) {
            for (int i = 1; i < m; i++) {
                if (quality[i * n + j] > quality[matches[j] * n + j]) {
                    matches[j] = i;
                }
            }
            matchLabels[j] = label(quality[matches[j] * n + j]);
        }
        if (allowLowQuality) {
            for (int i = 0; i < m; i++) {
                labelBestOfRow(quality, i * n, n, matchLabels);
            }
        }
    }

    private int label(float quality) {
        int interval = 0;
        // torch compares in float32
        while (interval < thresholds.length && quality >= (float) thresholds[interval]) {
            interval++;
        }
        return labels[interval];
    }

    private static void labelBestOfRow(float[] quality, int from, int n, int[] matchLabels) {
        float best = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            best = Math.max(best, quality[from + j]);
        }
        for (int j = 0; j < n; j++) {
            if (quality[from + j] == best) {
                matchLabels[j] = 1;
            }
        }
    }
}
