package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

import soma.tensor.spi.View;

/**
 * Losses of dense float32, element by element, and their gradients. Vectors do the bulk of a span,
 * scalars its end.
 *
 * @param x predictions, from i on
 * @param t targets, from j on
 * @param g gradients of the loss, from h on; null in forward passes
 * @param out where results go, from o on
 */
record LossRows(float[] x, int i, float[] t, int j, float[] g, int h, float[] out, int o) {
    static LossRows of(View x, View t, View g, View out) {
        return new LossRows(
                floats(x),
                x.layout().offset(),
                floats(t),
                t.layout().offset(),
                g == null ? null : floats(g),
                g == null ? 0 : g.layout().offset(),
                floats(out),
                out.layout().offset());
    }

    private static int bulk(int from, int to) {
        return to - (to - from) % LANES;
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(SPECIES, from, at);
    }

    void binaryCrossEntropy(int from, int to) {
        int bulk = bulk(from, to);
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        for (int n = from; n < bulk; n += LANES) {
            FloatVector v = load(x, i + n);
            FloatVector rest = one.sub(load(t, j + n)).mul(v).sub(v.min(0));
            rest.add(LogRows.log1pExp(v.abs().neg())).intoArray(out, o + n);
        }
        for (int n = bulk; n < to; n++) {
            double v = x[i + n];
            double log = Math.log1p(Math.exp(-Math.abs(v)));
            out[o + n] = (float) ((1.0 - t[j + n]) * v - Math.min(v, 0) + log);
        }
    }

    void binaryCrossEntropyBackward(int from, int to) {
        int bulk = bulk(from, to);
        for (int n = from; n < bulk; n += LANES) {
            FloatVector p = ExpRows.sigmoid(load(x, i + n));
            p.sub(load(t, j + n)).mul(load(g, h + n)).intoArray(out, o + n);
        }
        for (int n = bulk; n < to; n++) {
            double p = 1 / (1 + Math.exp(-x[i + n]));
            out[o + n] = (float) ((p - t[j + n]) * g[h + n]);
        }
    }

    void smoothL1(float beta, int from, int to) {
        int bulk = bulk(from, to);
        float half = 0.5f * beta;
        for (int n = from; n < bulk; n += LANES) {
            FloatVector d = load(x, i + n).sub(load(t, j + n)).abs();
            FloatVector quadratic = d.mul(d).mul(0.5f).div(beta);
            d.sub(half).blend(quadratic, d.compare(VectorOperators.LT, beta)).intoArray(out, o + n);
        }
        for (int n = bulk; n < to; n++) {
            float d = Math.abs(x[i + n] - t[j + n]);
            out[o + n] = d < beta ? 0.5f * d * d / beta : d - half;
        }
    }

    void smoothL1Backward(float beta, int from, int to) {
        int bulk = bulk(from, to);
        for (int n = from; n < bulk; n += LANES) {
            FloatVector d = load(x, i + n).sub(load(t, j + n));
            // What is neither above nor below 0 stays: 0 and NaN.
            FloatVector slope =
                    d.blend(1, d.compare(VectorOperators.GT, 0))
                            .blend(-1, d.compare(VectorOperators.LT, 0))
                            .blend(d.div(beta), d.abs().compare(VectorOperators.LT, beta));
            slope.mul(load(g, h + n)).intoArray(out, o + n);
        }
        for (int n = bulk; n < to; n++) {
            float d = x[i + n] - t[j + n];
            out[o + n] = (Math.abs(d) < beta ? d / beta : Math.signum(d)) * g[h + n];
        }
    }
}
