package soma.bench;

import java.util.Arrays;
import java.util.Collection;

/**
 * Times of the same work.
 *
 * @param seconds ascending, at least one
 */
record Sample(double[] seconds) {
    static Sample of(Collection<Double> seconds) {
        double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new Sample(sorted);
    }

    int runs() {
        return seconds.length;
    }

    /** The shortest. */
    double min() {
        return seconds[0];
    }

    double median() {
        return quantile(0.5);
    }

    double firstQuartile() {
        return quantile(0.25);
    }

    double thirdQuartile() {
        return quantile(0.75);
    }

    /** Between neighbours in a line, as NumPy's {@code quantile}. */
    private double quantile(double q) {
        double at = q * (seconds.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, seconds.length - 1);
        return seconds[below] + (at - below) * (seconds[above] - seconds[below]);
    }
}
