package soma.tensor.cpu.scalar;

import soma.tensor.Layout;
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Reductions by their definitions, in row-major order. */
final class ScalarReduce implements ReduceKernels {
    @Override
    public void reduce(Reduce op, View x, View out) {
        double[] values = Values.of(x);
        // Elements that are reduced to one lie at one position of the broadcast output.
        int[] at = Values.positions(Layout.contiguous(out.shape()).broadcastTo(x.shape()));
        double[] result = new double[out.shape().size()];
        Arrays.fill(result, neutral(op));
        for (int i = 0; i < values.length; i++) {
            result[at[i]] = combine(op, result[at[i]], values[i]);
        }
        Values.store(result, out);
    }

    private static double neutral(Reduce op) {
        return switch (op) {
            case SUM -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    private static double combine(Reduce op, double a, double b) {
        return switch (op) {
            case SUM -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    @Override
    public void argmax(View x, View out) {
        double[] values = Values.of(x);
        int k = x.shape().dim(-1);
        double[] result = new double[out.shape().size()];
        for (int r = 0; r < result.length; r++) {
            int best = 0;
            for (int j = 1; j < k; j++) {
                if (values[r * k + j] > values[r * k + best]) {
                    best = j;
                }
            }
            result[r] = best;
        }
        Values.store(result, out);
    }
}
