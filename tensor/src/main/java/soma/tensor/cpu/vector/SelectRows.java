package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

import soma.tensor.spi.ElementwiseKernels.Compare;

/**
 * Comparisons of float32 rows to BOOL, and selection by BOOL, for any distances between neighbours.
 * Nothing branches on the data, which is mostly unpredictable.
 *
 * @param strideOut distance in the output
 * @param strideA distance in the first float32 operand
 * @param strideB distance in the second one
 */
record SelectRows(int strideOut, int strideA, int strideB) {
    void compare(Compare op, float[] a, int i, float[] b, int j, byte[] out, int k, int n) {
        int done = 0;
        if (strideOut == 1 && strideA == 1 && strideB <= 1) {
            done = n - n % LANES;
            dense(op, a, i, b, j, out, k, done);
        }
        for (int t = done; t < n; t++) {
            boolean holds = test(op, a[i + t * strideA], b[j + t * strideB]);
            out[k + t * strideOut] = (byte) (holds ? 1 : 0);
        }
    }

    private void dense(Compare op, float[] a, int i, float[] b, int j, byte[] out, int k, int n) {
        for (int t = 0; t < n; t += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, i + t);
            FloatVector y =
                    strideB == 0
                            ? FloatVector.broadcast(SPECIES, b[j])
                            : FloatVector.fromArray(SPECIES, b, j + t);
            long bits = test(op, x, y).toLong();
            for (int lane = 0; lane < LANES; lane++) {
                out[k + t + lane] = (byte) (bits >>> lane & 1);
            }
        }
    }

    private static VectorMask<Float> test(Compare op, FloatVector x, FloatVector y) {
        return switch (op) {
            case EQ -> x.compare(VectorOperators.EQ, y);
            case NE -> x.compare(VectorOperators.NE, y);
            case LT -> x.compare(VectorOperators.LT, y);
            case LE -> x.compare(VectorOperators.LE, y);
            case GT -> x.compare(VectorOperators.GT, y);
            case GE -> x.compare(VectorOperators.GE, y);
        };
    }

    private static boolean test(Compare op, float a, float b) {
        return switch (op) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
        };
    }

    /** {@code out = c ? a : b}, where c holds 0 and 1. */
    void where(
            byte[] c,
            int at,
            int strideC,
            float[] a,
            int i,
            float[] b,
            int j,
            float[] out,
            int k,
            int n) {
        for (int t = 0; t < n; t++) {
            int all = -c[at + t * strideC];
            int yes = Float.floatToRawIntBits(a[i + t * strideA]) & all;
            int no = Float.floatToRawIntBits(b[j + t * strideB]) & ~all;
            out[k + t * strideOut] = Float.intBitsToFloat(yes | no);
        }
    }
}
