package soma.cli.inspect;

import soma.nn.checkpoint.HostTensor;

/**
 * How two tensors of one shape differ.
 *
 * @param identical whether type and every bit agree
 * @param maxAbsolute largest difference of an element
 * @param relativeL2 norm of the difference over the norm of the first
 * @param changed how many elements differ
 */
public record TensorDifference(
        boolean identical, double maxAbsolute, double relativeL2, long changed) {
    /** Of two tensors of one shape. */
    public static TensorDifference of(HostTensor first, HostTensor second) {
        if (first.sameBits(second)) {
            return new TensorDifference(true, 0, 0, 0);
        }
        double[] a = first.doubles();
        double[] b = second.doubles();
        double largest = 0;
        double difference = 0;
        double norm = 0;
        long changed = 0;
        for (int i = 0; i < a.length; i++) {
            double d = Math.abs(a[i] - b[i]);
            largest = Double.isNaN(d) ? Double.NaN : Math.max(largest, d);
            difference += d * d;
            norm += a[i] * a[i];
            changed += Double.compare(a[i], b[i]) == 0 ? 0 : 1;
        }
        return new TensorDifference(
                false, largest, Math.sqrt(difference) / Math.sqrt(norm), changed);
    }
}
