package soma.cuda.library;

import soma.tensor.spi.Precision;

/** Matrix products of float32 by a library, in a device's stream. */
public interface Blas {
    /** Which library it is and how it is called, in one line. */
    String description();

    /** What it multiplies in from here on. */
    void precision(Precision precision);

    /**
     * Starts {@code out = op(a) op(b) + beta out}, row-major.
     *
     * @param a address of [m,k], or of [k,m] if {@code transposeA}
     * @param b address of [k,n], or of [n,k] if {@code transposeB}
     * @param out address of [m,n]
     * @param m from 1
     * @param n from 1
     * @param k from 1
     * @param beta 0 to overwrite, 1 to add
     * @throws soma.tensor.DeviceException naming the call, its sizes and the library's code
     */
    void gemm(
            long a,
            boolean transposeA,
            long b,
            boolean transposeB,
            long out,
            int m,
            int n,
            int k,
            float beta);
}
