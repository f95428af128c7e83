package soma.nn;

import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.List;

/**
 * A square convolution with optional bias or normalisation and ReLU, in that order (detectron2's
 * {@code Conv2d}). A normalisation that is a fixed affine map is folded into weights and bias, so
 * all of it is one kernel.
 */
public final class Conv2d extends Module {
    private final ConvParams params;
    private final boolean relu;
    private final Parameter weight;
    private final Parameter bias;
    private final Norm norm;
    private final CachedTensors folded = new CachedTensors("folded convolution weight");

    private Conv2d(Builder b) {
        params = new ConvParams(b.stride, b.padding, b.dilation, b.groups);
        relu = b.relu;
        Shape shape = Shape.of(b.kernel, b.kernel, b.in / b.groups, b.out);
        weight =
                entry(
                        "weight",
                        new Parameter(
                                shape,
                                new WeightLayout.Convolution(),
                                b.init,
                                Parameter.Role.WEIGHT));
        bias =
                b.bias && b.norm == null
                        ? entry(
                                "bias",
                                Parameter.vector(b.out, Init.constant(0), Parameter.Role.BIAS))
                        : null;
        norm = b.norm == null ? null : child("norm", b.norm);
    }

    /** Begins a convolution: stride 1, no padding, with bias, MSRA initialisation. */
    public static Builder of(int in, int out, int kernel) {
        return new Builder(in, out, kernel);
    }

    /** What a convolution is made of. */
    public static final class Builder {
        private final int in;
        private final int out;
        private final int kernel;
        private int stride = 1;
        private int padding;
        private int dilation = 1;
        private int groups = 1;
        private boolean bias = true;
        private boolean relu;
        private Norm norm;
        private Init init = Init.msra();

        private Builder(int in, int out, int kernel) {
            this.in = in;
            this.out = out;
            this.kernel = kernel;
        }

        /** Step of the window. */
        public Builder stride(int value) {
            stride = value;
            return this;
        }

        /** Zeros at each border. */
        public Builder padding(int value) {
            padding = value;
            return this;
        }

        /** Step inside the window. */
        public Builder dilation(int value) {
            dilation = value;
            return this;
        }

        /** Number of groups of channels. */
        public Builder groups(int value) {
            groups = value;
            return this;
        }

        /** Whether there is a bias; a norm replaces it. */
        public Builder bias(boolean value) {
            bias = value;
            return this;
        }

        /** Normalises the result instead of adding a bias; null for none. */
        public Builder norm(Norm value) {
            norm = value;
            return this;
        }

        /** Applies ReLU last. */
        public Builder relu() {
            relu = true;
            return this;
        }

        /** How the weight starts. */
        public Builder init(Init value) {
            init = value;
            return this;
        }

        /** The convolution. */
        public Conv2d build() {
            if (groups < 1 || in % groups != 0 || out % groups != 0) {
                throw new IllegalArgumentException(
                        "Conv2d: " + groups + " groups do not divide " + in + " and " + out);
            }
            return new Conv2d(this);
        }
    }

    /** The weight, [kh, kw, in / groups, out]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, or null. */
    public Parameter bias() {
        return bias;
    }

    /** The normalisation, or null. */
    public Norm norm() {
        return norm;
    }

    /** Maps [n,h,w,in] to [n,outH,outW,out]. */
    public Tensor forward(Tensor x) {
        return forward(x, null);
    }

    /** Like {@link #forward(Tensor)}, adding {@code residual} (may be null) before the ReLU. */
    public Tensor forward(Tensor x, Tensor residual) {
        if (norm == null) {
            Tensor b = bias == null ? null : bias.value();
            return Functional.conv2d(x, weight.value(), b, residual, relu, params);
        }
        Norm.Affine a = norm.affine();
        if (a != null) {
            return Functional.conv2d(x, folded(a), a.shift(), residual, relu, params);
        }
        Tensor y = norm.forward(Functional.conv2d(x, weight.value(), null, params));
        Tensor sum = residual == null ? y : y.add(residual);
        return relu ? sum.relu() : sum;
    }

    private Tensor folded(Norm.Affine a) {
        if (Autograd.isRecording() && (weight.trainable() || a.scale().requiresGrad())) {
            return weight.value().mul(a.scale());
        }
        return folded.get(
                        weight.version() + norm.version(),
                        () -> List.of(weight.value().mul(a.scale())))
                .getFirst();
    }

    @Override
    protected void releaseCaches() {
        folded.release();
    }
}
