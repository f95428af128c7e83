package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Attributes.Convolution;
import soma.tensor.autograd.Op;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.List;

/**
 * Layers as functions: convolution, normalisation, pooling, resampling, losses. Maps are NHWC;
 * weights are kept as the kernels read them: convolutions HWIO [kh, kw, ci / groups, co], linear
 * layers [in, out].
 */
public final class Functional {
    private Functional() {}

    /** Stride, padding and dilation, equal in both directions, and the number of groups. */
    public record ConvParams(int stride, int padding, int dilation, int groups) {
        /** Dense and undilated. */
        public static ConvParams of(int stride, int padding) {
            return new ConvParams(stride, padding, 1, 1);
        }
    }

    /** A normalised map and the batch's statistics, for running averages. */
    public record BatchNormResult(Tensor out, Tensor mean, Tensor variance) {}

    // ---- convolution and linear layers
    // --------------------------------------------------------------------------------

    /** {@code conv(x, w) + bias}; {@code bias} may be null. */
    public static Tensor conv2d(Tensor x, Tensor w, Tensor bias, ConvParams p) {
        return conv2d(x, w, bias, null, false, p);
    }

    /**
     * Convolution with a fused epilogue: {@code relu(conv(x, w) + bias + residual)}.
     *
     * @param x [n,h,w,ci]
     * @param w [kh,kw,ci/groups,co]
     * @param bias [co] or null
     * @param residual of the output's shape, or null
     * @return [n,outH,outW,co]
     */
    public static Tensor conv2d(
            Tensor x, Tensor w, Tensor bias, Tensor residual, boolean relu, ConvParams p) {
        OpChecks.floating("conv2d", "x", x);
        OpChecks.rank("conv2d", "x", x, 4);
        OpChecks.rank("conv2d", "weight", w, 4);
        OpChecks.same("conv2d", x, "weight", w);
        OpChecks.same("conv2d", x, "bias", bias);
        OpChecks.same("conv2d", x, "residual", residual);
        if (x.dim(3) != w.dim(2) * p.groups()) {
            throw new ShapeException(
                    "conv2d: channels differ: x "
                            + x.shape()
                            + ", weight "
                            + w.shape()
                            + " in "
                            + p.groups()
                            + " groups");
        }
        ConvGeometry g =
                new ConvGeometry(
                        x.dim(0),
                        x.dim(1),
                        x.dim(2),
                        x.dim(3),
                        w.dim(3),
                        w.dim(0),
                        w.dim(1),
                        p.stride(),
                        p.stride(),
                        p.padding(),
                        p.padding(),
                        p.dilation(),
                        p.dilation(),
                        p.groups());
        OpChecks.shape("conv2d", "bias", bias, g.co());
        OpChecks.shape("conv2d", "residual", residual, g.n(), g.outH(), g.outW(), g.co());
        Tensor in = x.contiguous();
        Tensor weight = w.contiguous();
        Tensor out = Tensor.empty("conv2d", x.dtype(), Shape.of(g.n(), g.outH(), g.outW(), g.co()));
        x.backend()
                .conv()
                .forward(
                        g,
                        in.view(),
                        weight.view(),
                        MatMul.view(bias),
                        MatMul.view(residual),
                        relu,
                        out.view());
        return OpChecks.record(
                Op.CONV2D,
                out,
                list(in, weight, bias, residual),
                // The input is needed for the weight's gradient only, and the weight for the
                // input's.
                list(
                        w.requiresGrad() ? in : null,
                        x.requiresGrad() ? weight : null,
                        relu ? out : null),
                new Convolution(g, relu));
    }

    /** {@code x w + bias}, then ReLU if asked for. x [m,in], w [in,out], bias [out] or null. */
    public static Tensor linear(Tensor x, Tensor w, Tensor bias, boolean relu) {
        return MatMul.matMul(x, w, bias, null, relu);
    }

    /**
     * Transposed convolution of kernel 2 and stride 2, which never overlaps: a linear layer to four
     * pixels each.
     *
     * @param x [n,h,w,ci]
     * @param w [ci,2,2,co]
     * @param bias [co] or null
     * @return [n,2h,2w,co]
     */
    public static Tensor convTranspose2x2(Tensor x, Tensor w, Tensor bias, boolean relu) {
        OpChecks.rank("convTranspose2x2", "x", x, 4);
        int co = w.dim(-1);
        OpChecks.shape("convTranspose2x2", "weight", w, x.dim(3), 2, 2, co);
        int n = x.dim(0);
        int h = x.dim(1);
        int width = x.dim(2);
        Tensor tiled = bias == null ? null : bias.broadcastTo(Shape.of(4, co)).reshape(4 * co);
        Tensor pixels =
                linear(
                        x.reshape(n * h * width, x.dim(3)),
                        w.reshape(x.dim(3), 4 * co),
                        tiled,
                        relu);
        return pixels.reshape(n, h, width, 2, 2, co)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(n, 2 * h, 2 * width, co);
    }

    // ---- normalisation
    // ------------------------------------------------------------------------------------------------

    /** {@code x * scale + shift} per channel: batch normalisation with fixed statistics. */
    public static Tensor frozenBatchNorm(Tensor x, Tensor scale, Tensor shift) {
        return x.mul(scale).add(shift);
    }

    /**
     * Batch normalisation with the statistics of the batch; the variance returned is the biased
     * one.
     */
    public static BatchNormResult batchNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
        OpChecks.floating("batchNorm", "x", x);
        int c = x.dim(-1);
        checkAffine("batchNorm", x, gamma, beta, c);
        Tensor in = x.contiguous();
        Tensor out = Tensor.empty("batchNorm", x.dtype(), x.shape());
        Tensor mean = Tensor.empty("batchNorm", x.dtype(), Shape.of(c));
        Tensor invStd = Tensor.empty("batchNorm", x.dtype(), Shape.of(c));
        x.backend()
                .norm()
                .batchNorm(
                        in.view(),
                        gamma.view(),
                        beta.view(),
                        eps,
                        out.view(),
                        mean.view(),
                        invStd.view());
        Tensor result =
                OpChecks.record(
                        Op.BATCH_NORM,
                        out,
                        list(in, gamma, beta),
                        list(in, gamma, mean, invStd),
                        null);
        return new BatchNormResult(result, mean, invStd.pow(-2).sub(eps));
    }

    /** Group normalisation. */
    public static Tensor groupNorm(Tensor x, int groups, Tensor gamma, Tensor beta, double eps) {
        OpChecks.floating("groupNorm", "x", x);
        int c = x.dim(-1);
        checkAffine("groupNorm", x, gamma, beta, c);
        if (groups < 1 || c % groups != 0) {
            throw ShapeException.of(
                    "groupNorm", "channels", "a multiple of " + groups + " groups", x.shape());
        }
        Tensor in = x.contiguous();
        Tensor out = Tensor.empty("groupNorm", x.dtype(), x.shape());
        Tensor mean = Tensor.empty("groupNorm", x.dtype(), Shape.of(x.dim(0), groups));
        Tensor invStd = Tensor.empty("groupNorm", x.dtype(), Shape.of(x.dim(0), groups));
        x.backend()
                .norm()
                .groupNorm(
                        in.view(),
                        groups,
                        gamma.view(),
                        beta.view(),
                        eps,
                        out.view(),
                        mean.view(),
                        invStd.view());
        return OpChecks.record(
                Op.GROUP_NORM, out, list(in, gamma, beta), list(in, gamma, mean, invStd), groups);
    }

    private static void checkAffine(String op, Tensor x, Tensor gamma, Tensor beta, int c) {
        OpChecks.same(op, x, "gamma", gamma);
        OpChecks.same(op, x, "beta", beta);
        OpChecks.shape(op, "gamma", gamma, c);
        OpChecks.shape(op, "beta", beta, c);
    }

    // ---- pooling and resampling
    // ---------------------------------------------------------------------------------------

    /** Max-pooling of a square window; padding counts as minus infinity. */
    public static Tensor maxPool2d(Tensor x, int kernel, int stride, int padding) {
        OpChecks.rank("maxPool2d", "x", x, 4);
        int c = x.dim(3);
        ConvGeometry g =
                new ConvGeometry(
                        x.dim(0), x.dim(1), x.dim(2), c, c, kernel, kernel, stride, stride, padding,
                        padding, 1, 1, 1);
        Shape shape = Shape.of(g.n(), g.outH(), g.outW(), c);
        Tensor out = Tensor.empty("maxPool2d", x.dtype(), shape);
        Tensor indices = Tensor.empty("maxPool2d", DType.INT32, shape);
        x.backend().spatial().maxPool(g, x.contiguous().view(), out.view(), indices.view());
        return OpChecks.record(Op.MAX_POOL, out, list(x), list(indices), g);
    }

    /** Nearest-neighbour resampling to h x w. */
    public static Tensor nearest(Tensor x, int h, int w) {
        OpChecks.rank("nearest", "x", x, 4);
        Tensor out = Tensor.empty("nearest", x.dtype(), Shape.of(x.dim(0), h, w, x.dim(3)));
        x.backend().spatial().nearest(x.contiguous().view(), out.view());
        return OpChecks.record(Op.NEAREST, out, list(x), list(), null);
    }

    /** Bilinear resampling to h x w, {@code align_corners=False}, no antialias. */
    public static Tensor bilinear(Tensor x, int h, int w) {
        OpChecks.rank("bilinear", "x", x, 4);
        OpChecks.floating("bilinear", "x", x);
        Tensor out = Tensor.empty("bilinear", x.dtype(), Shape.of(x.dim(0), h, w, x.dim(3)));
        x.backend().spatial().bilinear(x.contiguous().view(), out.view());
        return OpChecks.record(Op.BILINEAR, out, list(x), list(), null);
    }

    /** {@code lateral + up2(top)}: the top-down step of FPN, without forming the enlarged map. */
    public static Tensor addUpsampled2x(Tensor lateral, Tensor top) {
        int n = top.dim(0);
        int h = top.dim(1);
        int w = top.dim(2);
        int c = top.dim(3);
        OpChecks.shape("addUpsampled2x", "lateral", lateral, n, 2 * h, 2 * w, c);
        return lateral.reshape(n, h, 2, w, 2, c)
                .add(top.reshape(n, h, 1, w, 1, c))
                .reshape(n, 2 * h, 2 * w, c);
    }

    /**
     * RoIAlign over pyramid levels.
     *
     * @param levels maps [n,h,w,c], one per scale of {@code spec}
     * @param boxes [r,4] x1, y1, x2, y2 in image pixels; no gradient
     * @param image INT32 [r], index into n
     * @param level INT32 [r], index into levels
     * @return [r,P,P,c]
     */
    public static Tensor roiAlign(
            List<Tensor> levels, Tensor boxes, Tensor image, Tensor level, RoiAlignSpec spec) {
        if (levels.isEmpty() || levels.size() != spec.scales().size()) {
            throw ShapeException.of(
                    "roiAlign", "levels", spec.scales().size() + " maps", levels.size());
        }
        int r = boxes.dim(0);
        OpChecks.shape("roiAlign", "boxes", boxes, r, 4);
        OpChecks.shape("roiAlign", "image", image, r);
        OpChecks.shape("roiAlign", "level", level, r);
        OpChecks.dtype("roiAlign", "image", image, DType.INT32);
        OpChecks.dtype("roiAlign", "level", level, DType.INT32);
        Tensor first = levels.getFirst();
        for (Tensor l : levels) {
            OpChecks.same("roiAlign", first, "level", l);
            OpChecks.rank("roiAlign", "level", l, 4);
        }
        OpChecks.same("roiAlign", first, "boxes", boxes);
        Tensor out =
                Tensor.empty(
                        "roiAlign",
                        first.dtype(),
                        Shape.of(r, spec.size(), spec.size(), first.dim(3)));
        Tensor rois = boxes.detach().contiguous();
        List<View> maps = levels.stream().map(l -> l.contiguous().view()).toList();
        first.backend()
                .vision()
                .roiAlign(spec, maps, rois.view(), image.view(), level.view(), out.view());
        return OpChecks.record(
                Op.ROI_ALIGN, out, levels.toArray(Tensor[]::new), list(rois, image, level), spec);
    }

    // ---- activations and losses
    // ---------------------------------------------------------------------------------------

    /** Softmax over the last axis. */
    public static Tensor softmax(Tensor x) {
        return Losses.softmax(x);
    }

    /** Logarithm of the softmax over the last axis. */
    public static Tensor logSoftmax(Tensor x) {
        return Losses.logSoftmax(x);
    }

    /** {@code x * sigmoid(x)} (SiLU, Elfwing et al. 2017). */
    public static Tensor silu(Tensor x) {
        return x.mul(x.sigmoid());
    }

    /** GELU in its tanh form (Hendrycks and Gimpel 2016). */
    public static Tensor gelu(Tensor x) {
        Tensor inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
        return x.mul(0.5).mul(inner.tanh().add(1));
    }

    /** {@code x > 0 ? x : slope * x}. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return x.relu().sub(x.neg().relu().mul(slope));
    }

    /**
     * Softmax cross-entropy of each row.
     *
     * @param logits [r,k]
     * @param labels INT32 [r], 0 to k - 1; another one is an {@link IndexOutOfBoundsException},
     *     which a GPU throws when a result is next read
     * @return [r]
     */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return Losses.crossEntropy(logits, labels);
    }

    /**
     * Element-wise binary cross-entropy {@code max(x, 0) - x t + log(1 + exp(-|x|))}, with
     * broadcasting.
     */
    public static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor targets) {
        return Losses.binaryCrossEntropy(logits, targets);
    }

    /**
     * Element-wise smooth L1 (fvcore's {@code smooth_l1_loss}): {@code 0.5 d^2 / beta} below beta,
     * {@code |d| - 0.5 beta} above; exactly L1 for a beta under 1e-5; with broadcasting.
     */
    public static Tensor smoothL1(Tensor prediction, Tensor target, double beta) {
        return Losses.smoothL1(prediction, target, beta);
    }
}
