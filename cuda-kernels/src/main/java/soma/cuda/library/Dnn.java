package soma.cuda.library;

import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.Precision;

import java.util.Optional;

/**
 * Convolutions of float32 by a library, in a device's stream. Maps are NHWC; weights are OHWI [co,
 * kh, kw, ci / groups]. Addresses are multiples of 16.
 */
public interface Dnn {
    /** Which library it is and how it is called, in one line. */
    String description();

    /** What it multiplies in from here on. */
    void precision(Precision precision);

    /** How it would convolve; empty if it can't, or only with more workspace than is allowed. */
    Optional<Plan> plan(ConvPass pass, ConvGeometry g);

    /**
     * Starts one pass; operands are in the order in which {@link ConvPass} names them.
     *
     * @param workspace address of as many bytes as the plan says, or 0 for none
     * @param result is overwritten
     * @throws soma.tensor.DeviceException naming the call, its sizes and the library's code
     */
    void run(
            ConvPass pass,
            ConvGeometry g,
            Plan plan,
            long first,
            long second,
            long workspace,
            long result);

    /**
     * Starts {@code out = relu(conv(x, w) + bias + residual)} as one call, if the library can.
     *
     * @param residual address of the output's shape, or 0
     * @return false if it can't, and nothing was started
     * @throws soma.tensor.DeviceException naming the call, its sizes and the library's code
     */
    boolean runFused(
            ConvGeometry g,
            Plan plan,
            long x,
            long w,
            long bias,
            long residual,
            boolean relu,
            long workspace,
            long out);

    /**
     * A way to convolve.
     *
     * @param algorithm the library's number for it
     * @param workspace bytes that it needs
     */
    record Plan(int algorithm, long workspace) {}
}
