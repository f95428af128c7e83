package soma.cli.study;

import org.apache.commons.math3.stat.inference.TTest;

import soma.maskrcnn.eval.BootstrapInterval;

import java.util.Arrays;

/**
 * A variant beside the base line, on the same images.
 *
 * @param difference mean of the images' differences, with its 95 % bootstrap interval
 * @param p of the paired t-test (two-sided): how likely chance alone makes a mean difference this
 *     large; NaN for a single image
 */
record Comparison(BootstrapInterval difference, double p) {
    /**
     * Compares scores image by image.
     *
     * @param scores of the variant, in the order of the images
     * @param base of the base line
     */
    static Comparison of(double[] scores, double[] base, long seed) {
        double[] differences = new double[scores.length];
        Arrays.setAll(differences, i -> scores[i] - base[i]);
        return new Comparison(BootstrapInterval.ofMean(differences, seed), p(scores, base));
    }

    private static double p(double[] scores, double[] base) {
        if (scores.length < 2) {
            return Double.NaN;
        }
        // 0 / 0 in the statistic: no difference is no evidence.
        return Arrays.equals(scores, base) ? 1 : new TTest().pairedTTest(scores, base);
    }
}
