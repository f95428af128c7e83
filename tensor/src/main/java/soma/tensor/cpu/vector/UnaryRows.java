package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;

import soma.tensor.spi.ElementwiseKernels.Unary;

/** Functions of one float32 row. */
final class UnaryRows {
    private UnaryRows() {}

    /** {@code out = op(x)} over dense rows that begin at i and k. */
    static void rows(Unary op, float[] x, int i, float[] out, int k, int n) {
        int done = n - n % LANES;
        switch (op) {
            case NEG -> neg(x, i, out, k, done);
            case ABS -> abs(x, i, out, k, done);
            case SQRT -> sqrt(x, i, out, k, done);
            case RELU -> relu(x, i, out, k, done);
            case RECIPROCAL -> reciprocal(x, i, out, k, done);
            case EXP -> ExpRows.exp(x, i, out, k, done);
            case SIGMOID -> ExpRows.sigmoid(x, i, out, k, done);
            case LOG -> LogRows.log(x, i, out, k, done);
            case SOFTPLUS -> LogRows.softplus(x, i, out, k, done);
            case RSQRT, TANH, FLOOR, SIGN, IS_FINITE -> done = 0;
        }
        strided(op, x, i + done, 1, out, k + done, 1, n - done);
    }

    /** {@code out = op(x)} for any distances between neighbours. */
    static void strided(
            Unary op, float[] x, int i, int strideX, float[] out, int k, int strideOut, int n) {
        for (int t = 0; t < n; t++) {
            out[k + t * strideOut] = apply(op, x[i + t * strideX]);
        }
    }

    private static float apply(Unary op, float x) {
        return switch (op) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case EXP -> (float) Math.exp(x);
            case LOG -> (float) Math.log(x);
            case SQRT -> (float) Math.sqrt(x);
            case RSQRT -> (float) (1 / Math.sqrt(x));
            case RECIPROCAL -> 1 / x;
            case SIGMOID -> (float) (1 / (1 + Math.exp(-x)));
            case TANH -> (float) Math.tanh(x);
            case RELU -> Math.max(x, 0);
            case SOFTPLUS -> (float) (Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
            case FLOOR -> (float) Math.floor(x);
            case SIGN -> Math.signum(x);
            case IS_FINITE -> Float.isFinite(x) ? 1 : 0;
        };
    }

    private static void neg(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, x, i + t).neg().intoArray(out, k + t);
        }
    }

    private static void abs(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, x, i + t).abs().intoArray(out, k + t);
        }
    }

    private static void sqrt(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, x, i + t).sqrt().intoArray(out, k + t);
        }
    }

    private static void relu(float[] x, int i, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, x, i + t).max(0).intoArray(out, k + t);
        }
    }

    private static void reciprocal(float[] x, int i, float[] out, int k, int n) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        for (int t = 0; t < n; t += LANES) {
            one.div(FloatVector.fromArray(SPECIES, x, i + t)).intoArray(out, k + t);
        }
    }
}
