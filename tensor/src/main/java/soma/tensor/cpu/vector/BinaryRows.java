package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

import soma.tensor.spi.ElementwiseKernels.Binary;

/**
 * Functions of two float32 rows, or of a row and a number. Each loop is a method of its own, which
 * the compiler gets to early and compiles well.
 */
final class BinaryRows {
    private BinaryRows() {}

    /** {@code out = op(a, b)} over dense rows that begin at i, j and k. */
    static void rows(Binary op, float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        int done = n - n % LANES;
        switch (op) {
            case ADD -> add(a, i, b, j, out, k, done);
            case SUB -> sub(a, i, b, j, out, k, done);
            case MUL -> mul(a, i, b, j, out, k, done);
            case DIV -> div(a, i, b, j, out, k, done);
            case MIN -> min(a, i, b, j, out, k, done);
            case MAX -> max(a, i, b, j, out, k, done);
            case RELU_GRAD -> reluGrad(a, i, b, j, out, k, done);
            case POW -> done = 0;
        }
        strided(op, a, i + done, 1, b, j + done, 1, out, k + done, 1, n - done);
    }

    /** {@code out = op(a, s)}. */
    static void scalar(Binary op, float[] a, int i, float s, float[] out, int k, int n) {
        int done = n - n % LANES;
        switch (op) {
            case ADD -> add(a, i, s, out, k, done);
            case SUB -> add(a, i, -s, out, k, done);
            case MUL -> mul(a, i, s, out, k, done);
            case DIV -> div(a, i, s, out, k, done);
            case MIN -> min(a, i, s, out, k, done);
            case MAX -> max(a, i, s, out, k, done);
            case RELU_GRAD, POW -> done = 0;
        }
        for (int t = done; t < n; t++) {
            out[k + t] = apply(op, a[i + t], s);
        }
    }

    /** {@code out = op(a, b)} for any distances between neighbours. */
    static void strided(
            Binary op,
            float[] a,
            int i,
            int strideA,
            float[] b,
            int j,
            int strideB,
            float[] out,
            int k,
            int strideOut,
            int n) {
        for (int t = 0; t < n; t++) {
            out[k + t * strideOut] = apply(op, a[i + t * strideA], b[j + t * strideB]);
        }
    }

    private static float apply(Binary op, float a, float b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case POW -> (float) Math.pow(a, b);
            case RELU_GRAD -> b > 0 ? a : 0;
        };
    }

    private static void add(float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y = FloatVector.fromArray(SPECIES, b, j + t);
            x.add(y).intoArray(out, k + t);
        }
    }

    private static void sub(float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y = FloatVector.fromArray(SPECIES, b, j + t);
            x.sub(y).intoArray(out, k + t);
        }
    }

    private static void mul(float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y = FloatVector.fromArray(SPECIES, b, j + t);
            x.mul(y).intoArray(out, k + t);
        }
    }

    private static void div(float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y = FloatVector.fromArray(SPECIES, b, j + t);
            x.div(y).intoArray(out, k + t);
        }
    }

    private static void min(float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y = FloatVector.fromArray(SPECIES, b, j + t);
            x.min(y).intoArray(out, k + t);
        }
    }

    private static void max(float[] a, int i, float[] b, int j, float[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y = FloatVector.fromArray(SPECIES, b, j + t);
            x.max(y).intoArray(out, k + t);
        }
    }

    private static void reluGrad(float[] g, int i, float[] y, int j, float[] out, int k, int n) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int t = 0; t < n; t += LANES) {
            var positive = FloatVector.fromArray(SPECIES, y, j + t).compare(VectorOperators.GT, 0);
            zero.blend(FloatVector.fromArray(SPECIES, g, i + t), positive).intoArray(out, k + t);
        }
    }

    private static void add(float[] a, int i, float s, float[] out, int k, int n) {
        FloatVector y = FloatVector.broadcast(SPECIES, s);
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, a, i + t).add(y).intoArray(out, k + t);
        }
    }

    private static void mul(float[] a, int i, float s, float[] out, int k, int n) {
        FloatVector y = FloatVector.broadcast(SPECIES, s);
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, a, i + t).mul(y).intoArray(out, k + t);
        }
    }

    private static void div(float[] a, int i, float s, float[] out, int k, int n) {
        FloatVector y = FloatVector.broadcast(SPECIES, s);
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, a, i + t).div(y).intoArray(out, k + t);
        }
    }

    private static void min(float[] a, int i, float s, float[] out, int k, int n) {
        FloatVector y = FloatVector.broadcast(SPECIES, s);
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, a, i + t).min(y).intoArray(out, k + t);
        }
    }

    private static void max(float[] a, int i, float s, float[] out, int k, int n) {
        FloatVector y = FloatVector.broadcast(SPECIES, s);
        for (int t = 0; t < n; t += LANES) {
            FloatVector.fromArray(SPECIES, a, i + t).max(y).intoArray(out, k + t);
        }
    }
}
