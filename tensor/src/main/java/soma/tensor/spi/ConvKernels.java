package soma.tensor.spi;

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
}
