package soma.cli.inspect;

import soma.nn.checkpoint.HostTensor;

/**
 * Figures of a tensor's finite elements, summed in float64.
 *
 * @param min smallest; NaN if there is none
 * @param max largest; NaN if there is none
 * @param mean arithmetic mean
 * @param std standard deviation (of the population)
 * @param l2 Euclidean norm
 * @param zeros how many are 0
 * @param notFinite how many elements are NaN or infinite
 */
public record TensorStatistics(
        double min, double max, double mean, double std, double l2, long zeros, long notFinite) {
    /** Of a tensor of any type. */
    public static TensorStatistics of(HostTensor tensor) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        long zeros = 0;
        long notFinite = 0;
        double[] values = tensor.doubles();
        for (double v : values) {
            if (!Double.isFinite(v)) {
                notFinite++;
                continue;
            }
            min = Math.min(min, v);
            max = Math.max(max, v);
            sum += v;
            squares += v * v;
            zeros += v == 0 ? 1 : 0;
        }
        long finite = values.length - notFinite;
        double mean = sum / finite;
        double deviations = 0;
        for (double v : values) {
            deviations += Double.isFinite(v) ? (v - mean) * (v - mean) : 0;
        }
        return new TensorStatistics(
                finite == 0 ? Double.NaN : min,
                finite == 0 ? Double.NaN : max,
                mean,
                Math.sqrt(deviations / finite),
                Math.sqrt(squares),
                zeros,
                notFinite);
    }
}
