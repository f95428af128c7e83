package soma.tensor.autograd;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Attributes.Convolution;
import soma.tensor.autograd.Attributes.SliceRange;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All gradient rules in one table: from a node and the gradient of its result to one gradient per
 * input, null where none flows. Rules run without recording; what they return must have the input's
 * shape.
 */
final class GradientRules {
    /** One row of the table. */
    @FunctionalInterface
    interface Rule {
        Tensor[] apply(Node node, Tensor g);
    }

    private static final Map<Op, Rule> TABLE = new EnumMap<>(Op.class);

    private GradientRules() {}

    static Rule of(Op op) {
        Rule rule = TABLE.get(op);
        if (rule == null) {
            throw new IllegalStateException("no gradient rule for " + op);
        }
        return rule;
    }

    static {
        // y = saved result, x = saved input
        unary(Op.NEG, (g, none) -> g.neg());
        unary(Op.ABS, (g, x) -> g.mul(x.sign()));
        unary(Op.EXP, Tensor::mul);
        unary(Op.LOG, Tensor::div);
        unary(Op.SQRT, (g, y) -> g.div(y).mul(0.5));
        unary(Op.RSQRT, (g, y) -> g.mul(y.mul(y).mul(y)).mul(-0.5));
        unary(Op.RECIPROCAL, (g, y) -> g.mul(y.mul(y)).neg());
        unary(Op.SIGMOID, (g, y) -> g.mul(y.sub(y.mul(y))));
        unary(Op.TANH, (g, y) -> g.sub(g.mul(y.mul(y))));
        unary(Op.RELU, GradientRules::reluGrad);
        unary(Op.SOFTPLUS, (g, x) -> g.mul(x.sigmoid()));

        TABLE.put(Op.ADD, (n, g) -> of(sumTo(n, 0, g), sumTo(n, 1, g)));
        TABLE.put(Op.SUB, (n, g) -> of(sumTo(n, 0, g), n.wants(1) ? sumTo(n, 1, g.neg()) : null));
        TABLE.put(
                Op.MUL,
                (n, g) ->
                        of(
                                n.wants(0) ? sumTo(n, 0, g.mul(n.saved(1))) : null,
                                n.wants(1) ? sumTo(n, 1, g.mul(n.saved(0))) : null));
        TABLE.put(Op.DIV, GradientRules::div);
        TABLE.put(Op.MIN, (n, g) -> choose(n, g, Compare.LE));
        TABLE.put(Op.MAX, (n, g) -> choose(n, g, Compare.GE));
        TABLE.put(Op.ADD_SCALAR, (n, g) -> of(g));
        TABLE.put(Op.MUL_SCALAR, (n, g) -> of(g.mul(n.attribute(Double.class))));
        TABLE.put(Op.POW_SCALAR, GradientRules::pow);
        TABLE.put(Op.MIN_SCALAR, (n, g) -> of(masked(g, n.saved(0), Compare.LE, n)));
        TABLE.put(Op.MAX_SCALAR, (n, g) -> of(masked(g, n.saved(0), Compare.GE, n)));
        TABLE.put(Op.WHERE, GradientRules::where);

        TABLE.put(Op.RESHAPE, (n, g) -> of(g.reshape(n.inputShape(0).dims())));
        TABLE.put(Op.PERMUTE, GradientRules::permute);
        TABLE.put(Op.SLICE, GradientRules::slice);
        TABLE.put(Op.BROADCAST, (n, g) -> of(sumTo(n, 0, g)));
        TABLE.put(Op.CONCAT, GradientRules::concat);
        TABLE.put(Op.COPY, (n, g) -> of(g.to(n.attribute(DType.class))));

        TABLE.put(Op.SUM, (n, g) -> of(g.broadcastTo(n.inputShape(0))));
        TABLE.put(Op.AMAX, (n, g) -> extreme(n, g));
        TABLE.put(Op.AMIN, (n, g) -> extreme(n, g));

        TABLE.put(Op.MATMUL, GradientRules::matMul);
        TABLE.put(Op.CONV2D, GradientRules::conv2d);
        TABLE.put(Op.BATCH_NORM, (n, g) -> norm(n, g, 0));
        TABLE.put(Op.GROUP_NORM, (n, g) -> norm(n, g, n.attribute(Integer.class)));

        TABLE.put(Op.SOFTMAX, GradientRules::softmax);
        TABLE.put(Op.LOG_SOFTMAX, GradientRules::logSoftmax);
        TABLE.put(Op.CROSS_ENTROPY, GradientRules::crossEntropy);
        TABLE.put(Op.BINARY_CROSS_ENTROPY, GradientRules::binaryCrossEntropy);
        TABLE.put(Op.SMOOTH_L1, GradientRules::smoothL1);

        TABLE.put(Op.MAX_POOL, GradientRules::maxPool);
        TABLE.put(
                Op.NEAREST,
                (n, g) ->
                        of(
                                map(
                                        n,
                                        g,
                                        (from, to) ->
                                                g.backend().spatial().nearestBackward(from, to))));
        TABLE.put(
                Op.BILINEAR,
                (n, g) ->
                        of(
                                map(
                                        n,
                                        g,
                                        (from, to) ->
                                                g.backend().spatial().bilinearBackward(from, to))));
        TABLE.put(Op.ROI_ALIGN, GradientRules::roiAlign);

        TABLE.put(Op.INDEX_SELECT, (n, g) -> of(zeros(n, 0, g).indexAdd(n.saved(0), g)));
        TABLE.put(Op.INDEX_ADD, (n, g) -> of(g, n.wants(1) ? g.indexSelect(n.saved(0)) : null));
        TABLE.put(Op.GATHER, (n, g) -> of(zeros(n, 0, g).scatterAdd(n.saved(0), g)));
        TABLE.put(Op.SCATTER_ADD, (n, g) -> of(g, n.wants(1) ? g.gather(n.saved(0)) : null));
    }

    private interface UnaryRule {
        Tensor apply(Tensor g, Tensor saved);
    }

    private static void unary(Op op, UnaryRule rule) {
        TABLE.put(op, (n, g) -> of(rule.apply(g, op == Op.NEG ? null : n.saved(0))));
    }

    private static Tensor[] of(Tensor... gradients) {
        return gradients;
    }

    private static Tensor zeros(Node n, int input, Tensor like) {
        return Tensor.full(like.dtype(), 0, n.inputShape(input).dims());
    }

    private static Tensor empty(String op, Shape shape, Tensor like) {
        return Tensor.empty(op, like.dtype(), shape);
    }

    /** Sums over what was broadcast, down to the shape of an input; null if it wants none. */
    private static Tensor sumTo(Node n, int input, Tensor g) {
        return n.wants(input) ? sumTo(g, n.inputShape(input)) : null;
    }

    private static Tensor sumTo(Tensor g, Shape shape) {
        if (g.shape().equals(shape)) {
            return g;
        }
        int lead = g.rank() - shape.rank();
        int[] axes = new int[g.rank()];
        int count = 0;
        for (int i = 0; i < g.rank(); i++) {
            if (i < lead || (shape.dim(i - lead) == 1 && g.dim(i) != 1)) {
                axes[count++] = i;
            }
        }
        Tensor summed = count == 0 ? g : g.sum(true, Arrays.copyOf(axes, count));
        return summed.reshape(shape.dims());
    }

    private static Tensor reluGrad(Tensor g, Tensor y) {
        Tensor out = empty("relu_grad", g.shape(), g);
        g.backend().elementwise().binary(Binary.RELU_GRAD, g.view(), y.view(), out.view());
        return out;
    }

    private static Tensor[] div(Node n, Tensor g) {
        Tensor a = n.saved(0);
        Tensor b = n.saved(1);
        return of(
                n.wants(0) ? sumTo(n, 0, g.div(b)) : null,
                n.wants(1) ? sumTo(n, 1, g.mul(a).div(b.mul(b)).neg()) : null);
    }

    /** The gradient goes to the first operand where {@code a op b}, else to the second. */
    private static Tensor[] choose(Node n, Tensor g, Compare op) {
        Tensor first = n.saved(0).detach().compare(op, n.saved(1).detach());
        Tensor zero = Tensor.full(g.dtype(), 0);
        return of(
                n.wants(0) ? sumTo(n, 0, first.where(g, zero)) : null,
                n.wants(1) ? sumTo(n, 1, first.where(zero, g)) : null);
    }

    private static Tensor masked(Tensor g, Tensor x, Compare op, Node n) {
        return x.detach()
                .compare(op, n.attribute(Double.class))
                .where(g, Tensor.full(g.dtype(), 0));
    }

    private static Tensor[] pow(Node n, Tensor g) {
        double p = n.attribute(Double.class);
        return of(g.mul(n.saved(0).detach().pow(p - 1)).mul(p));
    }

    private static Tensor[] where(Node n, Tensor g) {
        Tensor zero = Tensor.full(g.dtype(), 0);
        return of(
                null,
                n.wants(1) ? sumTo(n, 1, n.saved(0).where(g, zero)) : null,
                n.wants(2) ? sumTo(n, 2, n.saved(0).where(zero, g)) : null);
    }

    private static Tensor[] permute(Node n, Tensor g) {
        int[] axes = n.attribute(int[].class);
        int[] inverse = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            inverse[axes[i]] = i;
        }
        return of(g.permute(inverse));
    }

    private static Tensor[] slice(Node n, Tensor g) {
        SliceRange s = n.attribute(SliceRange.class);
        Tensor all = zeros(n, 0, g);
        Tensor part = all.slice(s.axis(), s.from(), s.to(), s.step());
        g.backend().elementwise().copy(g.view(), part.view());
        return of(all);
    }

    private static Tensor[] concat(Node n, Tensor g) {
        int axis = n.attribute(Integer.class);
        Tensor[] parts = new Tensor[n.arity()];
        int from = 0;
        for (int i = 0; i < parts.length; i++) {
            int to = from + n.inputShape(i).dim(axis);
            parts[i] = n.wants(i) ? g.slice(axis, from, to) : null;
            from = to;
        }
        return parts;
    }

    /** Ties share the gradient evenly, as in torch's amax. */
    private static Tensor[] extreme(Node n, Tensor g) {
        Tensor hit = n.saved(0).detach().compare(Compare.EQ, n.saved(1)).to(g.dtype());
        int[] axes = reducedAxes(n.inputShape(0), n.shape());
        Tensor share = axes.length == 0 ? hit : hit.div(hit.sum(true, axes));
        return of(share.mul(g));
    }

    private static int[] reducedAxes(Shape from, Shape to) {
        int[] axes = new int[from.rank()];
        int count = 0;
        for (int i = 0; i < axes.length; i++) {
            if (to.dim(i) != from.dim(i)) {
                axes[count++] = i;
            }
        }
        return Arrays.copyOf(axes, count);
    }

    private static Tensor[] matMul(Node n, Tensor gradient) {
        Tensor a = n.saved(0);
        Tensor b = n.saved(1);
        Tensor g =
                n.attribute(Boolean.class) ? reluGrad(gradient, n.saved(2)) : gradient.contiguous();
        Backend backend = g.backend();
        Tensor ga = null;
        Tensor gb = null;
        if (n.wants(0)) {
            ga = empty("matmul backward", a.shape(), g);
            backend.matMul()
                    .matMul(g.view(), false, b.view(), true, null, null, false, false, ga.view());
        }
        if (n.wants(1)) {
            gb = empty("matmul backward", b.shape(), g);
            backend.matMul()
                    .matMul(a.view(), true, g.view(), false, null, null, false, false, gb.view());
        }
        return of(ga, gb, n.wants(2) ? g.sum(false, 0) : null, n.wants(3) ? g : null);
    }

    private static Tensor[] conv2d(Node n, Tensor gradient) {
        Convolution c = n.attribute(Convolution.class);
        ConvGeometry geometry = c.geometry();
        Tensor g = c.relu() ? reluGrad(gradient, n.saved(2)) : gradient.contiguous();
        Backend backend = g.backend();
        Tensor gx = null;
        Tensor gw = null;
        if (n.wants(0)) {
            gx = empty("conv2d backward-data", n.inputShape(0), g);
            backend.conv().backwardData(geometry, g.view(), n.saved(1).view(), gx.view());
        }
        if (n.wants(1)) {
            gw = empty("conv2d backward-filter", n.inputShape(1), g);
            backend.conv().backwardFilter(geometry, n.saved(0).view(), g.view(), gw.view());
        }
        return of(gx, gw, n.wants(2) ? g.sum(false, 0, 1, 2) : null, n.wants(3) ? g : null);
    }

    /** Batch norm for 0 groups. */
    private static Tensor[] norm(Node n, Tensor gradient, int groups) {
        Tensor g = gradient.contiguous();
        Tensor gamma = n.saved(1);
        Tensor gx = empty("norm backward", n.inputShape(0), g);
        Tensor gGamma = empty("norm backward", gamma.shape(), g);
        Tensor gBeta = empty("norm backward", gamma.shape(), g);
        View x = n.saved(0).view();
        View mean = n.saved(2).view();
        View invStd = n.saved(3).view();
        var kernels = g.backend().norm();
        if (groups == 0) {
            kernels.batchNormBackward(
                    x,
                    g.view(),
                    gamma.view(),
                    mean,
                    invStd,
                    gx.view(),
                    gGamma.view(),
                    gBeta.view());
        } else {
            kernels.groupNormBackward(
                    x,
                    g.view(),
                    groups,
                    gamma.view(),
                    mean,
                    invStd,
                    gx.view(),
                    gGamma.view(),
                    gBeta.view());
        }
        return of(gx, gGamma, gBeta);
    }

    private static Tensor[] softmax(Node n, Tensor g) {
        View y = n.saved(0).view();
        return of(map(n, g, (from, to) -> g.backend().loss().softmaxBackward(y, from, to)));
    }

    private static Tensor[] logSoftmax(Node n, Tensor g) {
        View y = n.saved(0).view();
        return of(map(n, g, (from, to) -> g.backend().loss().logSoftmaxBackward(y, from, to)));
    }

    private static Tensor[] crossEntropy(Node n, Tensor g) {
        View logits = n.saved(0).view();
        View labels = n.saved(1).view();
        return of(
                map(
                        n,
                        g,
                        (from, to) ->
                                g.backend().loss().crossEntropyBackward(logits, labels, from, to)));
    }

    private static Tensor[] binaryCrossEntropy(Node n, Tensor g) {
        Tensor x = n.saved(0).detach();
        View t = n.saved(1).view();
        return of(
                n.wants(0)
                        ? map(
                                n,
                                g,
                                (from, to) ->
                                        g.backend()
                                                .loss()
                                                .binaryCrossEntropyBackward(x.view(), t, from, to))
                        : null,
                n.wants(1) ? g.mul(x).neg() : null);
    }

    private static Tensor[] smoothL1(Node n, Tensor g) {
        View prediction = n.saved(0).view();
        View target = n.saved(1).view();
        double beta = n.attribute(Double.class);
        Tensor gx =
                map(
                        n,
                        g,
                        (from, to) ->
                                g.backend()
                                        .loss()
                                        .smoothL1Backward(prediction, target, beta, from, to));
        return of(gx, n.wants(1) ? gx.neg() : null);
    }

    private static Tensor[] maxPool(Node n, Tensor g) {
        ConvGeometry geometry = n.attribute(ConvGeometry.class);
        return of(
                map(
                        n,
                        g,
                        (from, to) ->
                                g.backend()
                                        .spatial()
                                        .maxPoolBackward(geometry, from, n.saved(0).view(), to)));
    }

    private interface MapKernel {
        void run(View from, View to);
    }

    private static Tensor map(Node n, Tensor g, MapKernel kernel) {
        Tensor gx = empty(n.name() + " backward", n.inputShape(0), g);
        kernel.run(g.contiguous().view(), gx.view());
        return gx;
    }

    private static Tensor[] roiAlign(Node n, Tensor g) {
        Tensor[] levels = new Tensor[n.arity()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = zeros(n, i, g);
        }
        List<View> views = Arrays.stream(levels).map(Tensor::view).toList();
        g.backend()
                .vision()
                .roiAlignBackward(
                        n.attribute(RoiAlignSpec.class),
                        g.contiguous().view(),
                        n.saved(0).view(),
                        n.saved(1).view(),
                        n.saved(2).view(),
                        views);
        return levels;
    }
}
