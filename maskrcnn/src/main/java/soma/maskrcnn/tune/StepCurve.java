package soma.maskrcnn.tune;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a score changes along an axis on which it is constant but for jumps.
 *
 * @param at where it jumps, ascending: behind that position
 * @param by how much
 */
record StepCurve(double[] at, double[] by) {
    /** No jump at all. */
    static final StepCurve FLAT = new StepCurve(new double[0], new double[0]);

    /**
     * The curve through values.
     *
     * @param at where it may jump, ascending
     * @param values before the first position, and behind each of them
     */
    static StepCurve of(double[] at, double[] values) {
        double[] by = new double[at.length];
        for (int i = 0; i < by.length; i++) {
            by[i] = values[i + 1] - values[i];
        }
        return new StepCurve(at, by);
    }

    /** The sum of curves; where two jump at one position, it jumps once. */
    static StepCurve sum(List<StepCurve> curves) {
        record Jump(double at, double by) {}

        List<Jump> jumps =
                curves.stream()
                        .flatMap(
                                c ->
                                        IntStream.range(0, c.at.length)
                                                .filter(i -> c.by[i] != 0)
                                                .mapToObj(i -> new Jump(c.at[i], c.by[i])))
                        .sorted(Comparator.comparingDouble(Jump::at))
                        .toList();
        double[] at = new double[jumps.size()];
        double[] by = new double[at.length];
        int n = 0;
        for (Jump jump : jumps) {
            if (n > 0 && at[n - 1] == jump.at) {
                by[n - 1] += jump.by;
            } else {
                at[n] = jump.at;
                by[n++] = jump.by;
            }
        }
        return new StepCurve(Arrays.copyOf(at, n), Arrays.copyOf(by, n));
    }
}
