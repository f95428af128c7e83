package soma.tensor.spi;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Dense matrix products, row-major. */
public interface MatMulKernels {
    /**
     * {@code out (+)= relu(op(a) op(b) + bias + residual)}.
     *
     * @param a [m,k], or [k,m] if {@code transposeA}; contiguous
     * @param b [k,n], or [n,k] if {@code transposeB}; contiguous
     * @param bias [n] or null
     * @param residual [m,n] or null
     * @param relu clamps at zero from below, last
     * @param accumulate adds to {@code out}; then neither bias, residual nor ReLU may be given
     * @param out [m,n], contiguous
     */
    void matMul(
            View a,
            boolean transposeA,
            View b,
            boolean transposeB,
            View bias,
            View residual,
            boolean relu,
            boolean accumulate,
            View out);

    /**
     * The same by each version of the kernels that this device runs, from the plainest to the
     * fastest, by name; empty for a backend with one version. For measurements.
     */
    default SequencedMap<String, MatMulKernels> ladder() {
        return new LinkedHashMap<>();
    }
}
