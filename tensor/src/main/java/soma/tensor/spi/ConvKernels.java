package soma.tensor.spi;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Convolutions of NHWC maps with HWIO weights [kh, kw, ci / groups, co]; all operands contiguous.
 */
public interface ConvKernels {
    /**
     * {@code out = relu(conv(x, w) + bias + residual)}.
     *
     * @param x [n,h,w,ci]
     * @param w [kh,kw,ci/groups,co]
     * @param bias [co] or null
     * @param residual of the output's shape, or null
     * @param out [n,outH,outW,co]
     */
    void forward(ConvGeometry g, View x, View w, View bias, View residual, boolean relu, View out);

    /** Gradient with respect to the input, from that of the output. */
    void backwardData(ConvGeometry g, View gradOut, View w, View gradX);

    /** Gradient with respect to the weights. */
    void backwardFilter(ConvGeometry g, View x, View gradOut, View gradW);

    /**
     * The same by each version of the kernels that this device runs, from the plainest to the
     * fastest, by name; empty for a backend with one version. For measurements.
     */
    default SequencedMap<String, ConvKernels> ladder() {
        return new LinkedHashMap<>();
    }
}
