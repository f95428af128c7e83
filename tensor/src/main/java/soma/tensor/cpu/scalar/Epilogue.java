package soma.tensor.cpu.scalar;

import soma.tensor.spi.View;

/** What is fused after a matrix product or a convolution. */
final class Epilogue {
    private Epilogue() {}

    /** {@code out = relu(out + bias + residual)}; bias and residual may be null. */
    static void apply(double[] out, int channels, View bias, View residual, boolean relu) {
        double[] b = bias == null ? new double[channels] : Values.of(bias);
        double[] r = residual == null ? null : Values.of(residual);
        for (int i = 0; i < out.length; i++) {
            double v = out[i] + b[i % channels] + (r == null ? 0 : r[i]);
            out[i] = relu ? Math.max(v, 0) : v;
        }
    }
}
