package soma.maskrcnn.tune;

import java.util.List;

/**
 * The best place on an axis, exactly: the scores of the images jump at known places, so their sum
 * is known everywhere.
 */
final class LineSearch {
    /** Sums that differ by less are the same. */
    private static final double ROUNDING = 1e-9;

    private LineSearch() {}

    /**
     * Moves settings along an axis to where the sum of the images' scores is largest: to a round
     * number in the widest stretch of those where it is. They stay where they are when nothing is
     * better.
     */
    static Settings best(List<ScoredImage> images, Settings settings, Axis axis) {
        StepCurve curve =
                StepCurve.sum(
                        images.parallelStream().map(image -> axis.curve(image, settings)).toList());
        double[] at = curve.at();
        double position = axis.position(settings);
        double sum = 0;
        double here = 0;
        double best = 0;
        for (int k = 0; k < at.length; k++) {
            sum += curve.by()[k];
            here = at[k] < position ? sum : here;
            best = at[k] < axis.last() ? Math.max(best, sum) : best;
        }
        if (best <= here + ROUNDING) {
            return settings;
        }
        sum = 0;
        double low = 0;
        double widest = -1;
        double place = position;
        for (int k = 0; k <= at.length; k++) {
            double high = k < at.length ? Math.min(at[k], axis.last()) : axis.last();
            if (sum >= best - ROUNDING && high - low > widest && low < axis.last()) {
                widest = high - low;
                place = axis.between(low, high);
            }
            if (k < at.length) {
                sum += curve.by()[k];
                low = at[k];
            }
        }
        return axis.at(settings, place);
    }
}
