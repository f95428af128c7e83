package soma.nn;

import soma.tensor.Functional;
import soma.tensor.Shape;
import soma.tensor.Tensor;

/** A transposed convolution of kernel 2 and stride 2 with bias and optional ReLU. */
public final class ConvTranspose2x2 extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final boolean relu;

    /** From {@code in} to {@code out} channels. */
    public ConvTranspose2x2(int in, int out, Init init, boolean relu) {
        this.relu = relu;
        weight =
                entry(
                        "weight",
                        new Parameter(
                                Shape.of(in, 2, 2, out),
                                new WeightLayout.TransposedConvolution(),
                                init,
                                Parameter.Role.WEIGHT));
        bias = entry("bias", Parameter.vector(out, Init.constant(0), Parameter.Role.BIAS));
    }

    /** The weight, [in, 2, 2, out]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, [out]. */
    public Parameter bias() {
        return bias;
    }

    /** Maps [n,h,w,in] to [n,2h,2w,out]. */
    public Tensor forward(Tensor x) {
        return Functional.convTranspose2x2(x, weight.value(), bias.value(), relu);
    }
}
