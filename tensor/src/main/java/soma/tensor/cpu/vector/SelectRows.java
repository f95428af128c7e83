package soma.tensor.cpu.vector;

import soma.tensor.spi.ElementwiseKernels.Compare;

/**
 * Comparisons of float32 rows to BOOL, and selection by BOOL, for any distances between neighbours.
 *
 * @param strideOut distance in the output
 * @param strideA distance in the first float32 operand
 * @param strideB distance in the second one
 */
record SelectRows(int strideOut, int strideA, int strideB) {
    void compare(Compare op, float[] a, int i, float[] b, int j, byte[] out, int k, int n) {
        for (int t = 0; t < n; t++) {
            out[k + t * strideOut] = test(op, a[i + t * strideA], b[j + t * strideB]);
        }
    }

    void compare(Compare op, float[] a, int i, float scalar, byte[] out, int k, int n) {
        for (int t = 0; t < n; t++) {
            out[k + t * strideOut] = test(op, a[i + t * strideA], scalar);
        }
    }

    private static byte test(Compare op, float a, float b) {
        boolean holds =
                switch (op) {
                    case EQ -> a == b;
                    case NE -> a != b;
                    case LT -> a < b;
                    case LE -> a <= b;
                    case GT -> a > b;
                    case GE -> a >= b;
                };
        return (byte) (holds ? 1 : 0);
    }

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
            out[k + t * strideOut] =
                    c[at + t * strideC] != 0 ? a[i + t * strideA] : b[j + t * strideB];
        }
    }
}
