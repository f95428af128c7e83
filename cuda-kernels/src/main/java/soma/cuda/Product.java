package soma.cuda;

/**
 * A matrix product {@code out (+)= relu(op(a) op(b) + bias + residual)} in device memory,
 * row-major.
 *
 * @param a address of [m,k], or of [k,m] if {@code transposeA}
 * @param b address of [k,n], or of [n,k] if {@code transposeB}
 * @param bias address of [n], or 0
 * @param residual address of [m,n], or 0
 * @param out address of [m,n]
 */
record Product(
        long a,
        boolean transposeA,
        long b,
        boolean transposeB,
        long bias,
        long residual,
        boolean relu,
        boolean accumulate,
        long out,
        int m,
        int n,
        int k) {
    /** The same without what follows the sum, into another place. */
    Product partial(long to) {
        return new Product(a, transposeA, b, transposeB, 0, 0, false, false, to, m, n, k);
    }

    /** The parameter {@code flags} of the kernels, as {@code gemm.ptx} lists them. */
    int flags() {
        return (transposeA ? 1 : 0)
                | (transposeB ? 2 : 0)
                | TileFlags.epilogue(relu, accumulate)
                | (TileFlags.quads(a, transposeA ? m : k) ? TileFlags.QUADS_A : 0)
                | (TileFlags.quads(b, transposeB ? k : n) ? TileFlags.QUADS_B : 0)
                | (TileFlags.quads(out | residual | bias, n) ? TileFlags.QUADS_OUT : 0);
    }
}
