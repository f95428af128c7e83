package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import soma.tensor.DType;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.View;

/** Parameter updates of float32. */
final class VectorOptimizer implements OptimizerKernels {
    private final OptimizerKernels reference;

    VectorOptimizer(OptimizerKernels reference) {
        this.reference = reference;
    }

    @Override
    public void sgd(
            View parameter,
            View gradient,
            View buffer,
            double lr,
            double momentum,
            double decay,
            boolean nesterov,
            boolean first) {
        if (parameter.dtype() != DType.FLOAT32 || nesterov) {
            reference.sgd(parameter, gradient, buffer, lr, momentum, decay, nesterov, first);
            return;
        }
        float[] p = floats(parameter);
        float[] g = floats(gradient);
        float[] v = floats(buffer);
        int i = parameter.layout().offset();
        int j = gradient.layout().offset();
        int k = buffer.layout().offset();
        // The buffer may hold anything before the first step, NaN included, so it isn't read.
        if (first) {
            Spans.forEach(
                    parameter.shape().size(),
                    Spans.GRAIN,
                    (from, to) -> firstStep(p, i, g, j, v, k, from, to, (float) decay));
        } else {
            Spans.forEach(
                    parameter.shape().size(),
                    Spans.GRAIN,
                    (from, to) ->
                            velocity(p, i, g, j, v, k, from, to, (float) momentum, (float) decay));
        }
        Spans.forEach(
                parameter.shape().size(),
                Spans.GRAIN,
                (from, to) -> ScaledRows.add(v, k + from, (float) -lr, p, i + from, to - from));
    }

    private static void firstStep(
            float[] p, int i, float[] g, int j, float[] v, int k, int from, int to, float decay) {
        System.arraycopy(g, j + from, v, k + from, to - from);
        ScaledRows.add(p, i + from, decay, v, k + from, to - from);
    }

    private static void velocity(
            float[] p,
            int i,
            float[] g,
            int j,
            float[] v,
            int k,
            int from,
            int to,
            float momentum,
            float decay) {
        FloatVector mu = FloatVector.broadcast(SPECIES, momentum);
        FloatVector wd = FloatVector.broadcast(SPECIES, decay);
        int t = from;
        for (; t <= to - LANES; t += LANES) {
            FloatVector d =
                    fma(
                            FloatVector.fromArray(SPECIES, p, i + t),
                            wd,
                            FloatVector.fromArray(SPECIES, g, j + t));
            fma(FloatVector.fromArray(SPECIES, v, k + t), mu, d).intoArray(v, k + t);
        }
        for (; t < to; t++) {
            v[k + t] = momentum * v[k + t] + (g[j + t] + decay * p[i + t]);
        }
    }

    @Override
    public void adamW(
            View parameter,
            View gradient,
            View m,
            View v,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step) {
        if (parameter.dtype() != DType.FLOAT32) {
            reference.adamW(parameter, gradient, m, v, lr, beta1, beta2, eps, decay, step);
            return;
        }
        AdamStep adam =
                new AdamStep(
                        (float) beta1,
                        (float) beta2,
                        (float) (1 - lr * decay),
                        (float) (-lr / (1 - Math.pow(beta1, step))),
                        (float) (1 / Math.sqrt(1 - Math.pow(beta2, step))),
                        (float) eps);
        Spans.forEach(
                parameter.shape().size(),
                Spans.GRAIN,
                (from, to) -> adam.update(parameter, gradient, m, v, from, to));
    }

    /** The numbers of one step. */
    private record AdamStep(
            float beta1, float beta2, float shrink, float rate, float rootCorrection, float eps) {
        void update(View parameter, View gradient, View mean, View square, int from, int to) {
            float[] p = floats(parameter);
            float[] g = floats(gradient);
            float[] m = floats(mean);
            float[] v = floats(square);
            int i = parameter.layout().offset();
            int j = gradient.layout().offset();
            int k = mean.layout().offset();
            int l = square.layout().offset();
            for (int t = from; t < to; t++) {
                float d = g[j + t];
                m[k + t] = beta1 * m[k + t] + (1 - beta1) * d;
                v[l + t] = beta2 * v[l + t] + (1 - beta2) * d * d;
                float root = (float) Math.sqrt(v[l + t]) * rootCorrection + eps;
                p[i + t] = p[i + t] * shrink + rate * m[k + t] / root;
            }
        }
    }

    @Override
    public double squaredNorm(View x) {
        if (x.dtype() != DType.FLOAT32) {
            return reference.squaredNorm(x);
        }
        float[] values = floats(x);
        int n = x.shape().size();
        double[] partial = new double[Spans.count(n, Spans.GRAIN)];
        Spans.forEach(
                n,
                Spans.GRAIN,
                (from, to) ->
                        partial[from / Spans.GRAIN] =
                                squares(values, x.layout().offset() + from, to - from));
        double sum = 0;
        for (double p : partial) {
            sum += p;
        }
        return sum;
    }

    /** Four sums, which the processor can add at the same time. */
    private static double squares(float[] x, int from, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int t = 0;
        for (; t <= n - 4; t += 4) {
            a += (double) x[from + t] * x[from + t];
            b += (double) x[from + t + 1] * x[from + t + 1];
            c += (double) x[from + t + 2] * x[from + t + 2];
            d += (double) x[from + t + 3] * x[from + t + 3];
        }
        for (; t < n; t++) {
            a += (double) x[from + t] * x[from + t];
        }
        return a + b + c + d;
    }

    @Override
    public boolean allFinite(View x) {
        if (x.dtype() != DType.FLOAT32) {
            return reference.allFinite(x);
        }
        float[] values = floats(x);
        int n = x.shape().size();
        boolean[] finite = new boolean[Spans.count(n, Spans.GRAIN)];
        Spans.forEach(
                n,
                Spans.GRAIN,
                (from, to) ->
                        finite[from / Spans.GRAIN] =
                                finite(values, x.layout().offset() + from, to - from));
        for (boolean f : finite) {
            if (!f) {
                return false;
            }
        }
        return true;
    }

    /** Zero times a number that isn't finite is NaN, which stays in a sum. */
    private static boolean finite(float[] x, int from, int n) {
        FloatVector zeros = FloatVector.zero(SPECIES);
        int t = 0;
        for (; t <= n - LANES; t += LANES) {
            zeros = zeros.add(FloatVector.fromArray(SPECIES, x, from + t).mul(0));
        }
        float sum = 0;
        for (int lane = 0; lane < LANES; lane++) {
            sum += zeros.lane(lane);
        }
        for (; t < n; t++) {
            sum += x[from + t] * 0;
        }
        return sum == 0;
    }
}
