package soma.nn;

import soma.tensor.Functional;
import soma.tensor.Shape;
import soma.tensor.Tensor;

/** A fully connected layer with bias and optional ReLU. */
public final class Linear extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final boolean relu;

    private Linear(int in, int out, WeightLayout layout, Init init, boolean relu) {
        this.relu = relu;
        weight =
                entry(
                        "weight",
                        new Parameter(Shape.of(in, out), layout, init, Parameter.Role.WEIGHT));
        bias = entry("bias", Parameter.vector(out, Init.constant(0), Parameter.Role.BIAS));
    }

    /** From vectors of {@code in} to vectors of {@code out}. */
    public Linear(int in, int out, Init init, boolean relu) {
        this(in, out, new WeightLayout.Dense(), init, relu);
    }

    /**
     * From flattened maps. Its input is a flattened NHWC map; its state dict holds the columns in
     * PyTorch's order, channels first.
     */
    public static Linear ofMap(
            int channels, int height, int width, int out, Init init, boolean relu) {
        return new Linear(
                channels * height * width,
                out,
                new WeightLayout.DenseOnMap(channels, height, width),
                init,
                relu);
    }

    /** The weight, [in, out]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, [out]. */
    public Parameter bias() {
        return bias;
    }

    /** Maps [m,in] to [m,out]. */
    public Tensor forward(Tensor x) {
        return Functional.linear(x, weight.value(), bias.value(), relu);
    }
}
