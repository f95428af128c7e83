package soma.maskrcnn.eval;

import org.apache.commons.math3.random.MersenneTwister;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

import java.util.Arrays;
import java.util.Locale;

/**
 * How far the mean over images may be from that over all images there could be: the percentile
 * bootstrap (Efron 1979). As many images as there are get drawn with replacement, again and again;
 * between the percentiles of the drawn means lies the interval. For the difference of two methods
 * on the same images, give the differences: the interval is then that of the paired comparison.
 *
 * @param mean of the images themselves
 * @param low lower end
 * @param high upper end
 */
public record BootstrapInterval(double mean, double low, double high) {
    /** Part of the drawn means that lies inside. */
    public static final double LEVEL = 0.95;

    /** Number of drawn means. */
    public static final int RESAMPLES = 10_000;

    /**
     * Returns the 95 % interval of the mean from 10,000 resamples, for each seed the same.
     * Percentiles interpolate as numpy's do (type 7 of Hyndman and Fan 1996); images are drawn by
     * the Mersenne Twister as {@code floor(n * uniform)}.
     *
     * @param perImage figure of each image, at least one, all finite
     */
    public static BootstrapInterval ofMean(double[] perImage, long seed) {
        if (perImage.length == 0 || !Arrays.stream(perImage).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("a bootstrap needs at least one image, all finite");
        }
        RandomGenerator random = new MersenneTwister(seed);
        double[] means = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double sum = 0;
            for (int i = 0; i < perImage.length; i++) {
                sum += perImage[(int) (perImage.length * random.nextDouble())];
            }
            means[r] = sum / perImage.length;
        }
        Percentile percentile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
        percentile.setData(means);
        double outside = 100 * (1 - LEVEL) / 2;
        return new BootstrapInterval(
                PairwiseMean.of(perImage, perImage.length),
                percentile.evaluate(outside),
                percentile.evaluate(100 - outside));
    }

    /** Whether the whole interval lies above 0: a gain that chance hardly explains. */
    public boolean isAboveZero() {
        return low > 0;
    }

    /** Returns {@code 0.3126 [0.2987, 0.3254]}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s [%s, %s]",
                FixedPoint.format(mean, 4),
                FixedPoint.format(low, 4),
                FixedPoint.format(high, 4));
    }
}
