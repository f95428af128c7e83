package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of one float32 row, and what follows from it. Vectors do the bulk of a row, scalars in
 * float64 its end. Sums are float64, but for spans of {@link #SPAN} elements, which the lanes of a
 * vector add up.
 */
final class SoftmaxRows {
    /** Few enough that float32 loses no digit that matters. */
    private static final int SPAN = 64 * LANES;

    private SoftmaxRows() {}

    /** {@code out = softmax(x) * scale}; x begins at i, out at o, both have k elements. */
    static void softmax(float[] x, int i, float scale, float[] out, int o, int k) {
        float max = max(x, i, k);
        int bulk = k - k % LANES;
        double sum = 0;
        for (int from = 0; from < bulk; from += SPAN) {
            FloatVector lanes = FloatVector.zero(SPECIES);
            for (int t = from; t < Math.min(bulk, from + SPAN); t += LANES) {
                FloatVector e = ExpRows.exp(FloatVector.fromArray(SPECIES, x, i + t).sub(max));
                e.intoArray(out, o + t);
                lanes = lanes.add(e);
            }
            sum += lanes.reduceLanes(VectorOperators.ADD);
        }
        for (int t = bulk; t < k; t++) {
            double e = Math.exp(x[i + t] - max);
            out[o + t] = (float) e;
            sum += e;
        }
        float factor = (float) (scale / sum);
        for (int t = 0; t < bulk; t += LANES) {
            FloatVector.fromArray(SPECIES, out, o + t).mul(factor).intoArray(out, o + t);
        }
        for (int t = bulk; t < k; t++) {
            out[o + t] *= factor;
        }
    }

    /** {@code out = log(softmax(x))}. */
    static void logSoftmax(float[] x, int i, float[] out, int o, int k) {
        float max = max(x, i, k);
        double log = Math.log(sumOfExp(x, i, max, k));
        int bulk = k - k % LANES;
        for (int t = 0; t < bulk; t += LANES) {
            FloatVector z = FloatVector.fromArray(SPECIES, x, i + t).sub(max);
            z.sub((float) log).intoArray(out, o + t);
        }
        for (int t = bulk; t < k; t++) {
            out[o + t] = (float) (x[i + t] - max - log);
        }
    }

    /** {@code -log(softmax(x))} of one element. */
    static float crossEntropy(float[] x, int i, int label, int k) {
        float max = max(x, i, k);
        return (float) (Math.log(sumOfExp(x, i, max, k)) - ((double) x[i + label] - max));
    }

    /** {@code to = y * (g - sum of y * g)}, where y begins at i, g at j. */
    static void backward(float[] y, int i, float[] g, int j, float[] to, int o, int k) {
        int bulk = k - k % LANES;
        double dot = 0;
        for (int from = 0; from < bulk; from += SPAN) {
            FloatVector lanes = FloatVector.zero(SPECIES);
            for (int t = from; t < Math.min(bulk, from + SPAN); t += LANES) {
                FloatVector v = FloatVector.fromArray(SPECIES, y, i + t);
                lanes = VectorWidth.fma(v, FloatVector.fromArray(SPECIES, g, j + t), lanes);
            }
            dot += lanes.reduceLanes(VectorOperators.ADD);
        }
        for (int t = bulk; t < k; t++) {
            dot += (double) y[i + t] * g[j + t];
        }
        for (int t = 0; t < bulk; t += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, y, i + t);
            v.mul(FloatVector.fromArray(SPECIES, g, j + t).sub((float) dot)).intoArray(to, o + t);
        }
        for (int t = bulk; t < k; t++) {
            to[o + t] = (float) (y[i + t] * (g[j + t] - dot));
        }
    }

    /** {@code to = g - exp(y) * sum of g}. */
    static void logBackward(float[] y, int i, float[] g, int j, float[] to, int o, int k) {
        int bulk = k - k % LANES;
        double sum = 0;
        for (int from = 0; from < bulk; from += SPAN) {
            FloatVector lanes = FloatVector.zero(SPECIES);
            for (int t = from; t < Math.min(bulk, from + SPAN); t += LANES) {
                lanes = lanes.add(FloatVector.fromArray(SPECIES, g, j + t));
            }
            sum += lanes.reduceLanes(VectorOperators.ADD);
        }
        for (int t = bulk; t < k; t++) {
            sum += g[j + t];
        }
        for (int t = 0; t < bulk; t += LANES) {
            FloatVector p = ExpRows.exp(FloatVector.fromArray(SPECIES, y, i + t));
            FloatVector.fromArray(SPECIES, g, j + t).sub(p.mul((float) sum)).intoArray(to, o + t);
        }
        for (int t = bulk; t < k; t++) {
            to[o + t] = (float) (g[j + t] - Math.exp(y[i + t]) * sum);
        }
    }

    private static double sumOfExp(float[] x, int i, float max, int k) {
        int bulk = k - k % LANES;
        double sum = 0;
        for (int from = 0; from < bulk; from += SPAN) {
            FloatVector lanes = FloatVector.zero(SPECIES);
            for (int t = from; t < Math.min(bulk, from + SPAN); t += LANES) {
                FloatVector v = FloatVector.fromArray(SPECIES, x, i + t);
                lanes = lanes.add(ExpRows.exp(v.sub(max)));
            }
            sum += lanes.reduceLanes(VectorOperators.ADD);
        }
        for (int t = bulk; t < k; t++) {
            sum += Math.exp(x[i + t] - max);
        }
        return sum;
    }

    /** The largest element, or NaN if there is one. */
    private static float max(float[] x, int i, int k) {
        int bulk = k - k % LANES;
        FloatVector lanes = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int t = 0; t < bulk; t += LANES) {
            lanes = lanes.max(FloatVector.fromArray(SPECIES, x, i + t));
        }
        float max = lanes.reduceLanes(VectorOperators.MAX);
        for (int t = bulk; t < k; t++) {
            max = Math.max(max, x[i + t]);
        }
        return max;
    }
}
