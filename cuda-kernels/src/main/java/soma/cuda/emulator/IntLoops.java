package soma.cuda.emulator;

/**
 * The most frequent operations on 32 bits, each a loop of its own over the lanes of a warp, which
 * the JIT compiler turns into vector instructions.
 */
final class IntLoops {
    /** An operation on all lanes; {@code out} may be one of the operands. */
    @FunctionalInterface
    interface Binary {
        void run(int[] x, int[] y, int[] out);
    }

    private IntLoops() {}

    static void add(int[] x, int[] y, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = x[k] + y[k];
        }
    }

    static void subtract(int[] x, int[] y, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = x[k] - y[k];
        }
    }

    static void multiply(int[] x, int[] y, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = x[k] * y[k];
        }
    }

    static void and(int[] x, int[] y, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = x[k] & y[k];
        }
    }

    static void left(int[] x, int[] n, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = left(x[k], n[k]);
        }
    }

    static void right(int[] x, int[] n, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = right(x[k], n[k]);
        }
    }

    static void rightSigned(int[] x, int[] n, int[] out) {
        for (int k = 0; k < Warp.LANES; k++) {
            out[k] = rightSigned(x[k], n[k]);
        }
    }

    /** Shifts by 32 and more leave nothing. */
    static int left(int x, int n) {
        return (n & ~31) == 0 ? x << n : 0;
    }

    static int right(int x, int n) {
        return (n & ~31) == 0 ? x >>> n : 0;
    }

    /** Shifts by 32 and more leave the sign. */
    static int rightSigned(int x, int n) {
        return x >> ((n & ~31) == 0 ? n : 31);
    }
}
