package soma.tensor.contract;

import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Op;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The table of ops: at least one use of each that gradients know. */
public final class OpCases {
    /** Those that take any size in place of each dimension of {@link OpCase#ANY}. */
    static final List<OpCase> OF_ANY_SIZE = ofAnySize();

    /** Of these, what is worth another run with many elements. */
    static final List<OpCase> OF_MANY_ROWS =
            OF_ANY_SIZE.stream().filter(c -> c.shapes().length == 1 || sameShapes(c)).toList();

    /** All of them. */
    public static final List<OpCase> ALL = all();

    private OpCases() {}

    private static int[] shape(int... dims) {
        return dims;
    }

    private static boolean sameShapes(OpCase c) {
        return Arrays.stream(c.shapes()).allMatch(s -> Arrays.equals(s, c.shapes()[0]));
    }

    private static List<OpCase> ofAnySize() {
        List<OpCase> c = new ArrayList<>();
        pointwise(c);
        broadcasting(c);
        reductions(c);
        losses(c);
        return c;
    }

    private static List<OpCase> all() {
        List<OpCase> c = ofAnySize();
        movement(c);
        products(c);
        maps(c);
        selection(c);
        return c;
    }

    private static void pointwise(List<OpCase> c) {
        int[] s = shape(3, 5);
        c.add(new OpCase(Op.NEG, "", -2, 2, x -> x[0].neg(), s));
        c.add(new OpCase(Op.ABS, "", -2, 2, x -> x[0].abs(), s));
        c.add(new OpCase(Op.EXP, "", -2, 2, x -> x[0].exp(), s));
        c.add(new OpCase(Op.LOG, "", 0.2, 3, x -> x[0].log(), s));
        c.add(new OpCase(Op.SQRT, "", 0.2, 3, x -> x[0].sqrt(), s));
        c.add(new OpCase(Op.RSQRT, "", 0.2, 3, x -> x[0].rsqrt(), s));
        c.add(new OpCase(Op.RECIPROCAL, "", 0.2, 3, x -> x[0].reciprocal(), s));
        c.add(new OpCase(Op.SIGMOID, "", -4, 4, x -> x[0].sigmoid(), s));
        c.add(new OpCase(Op.TANH, "", -3, 3, x -> x[0].tanh(), s));
        c.add(new OpCase(Op.RELU, "", -2, 2, x -> x[0].relu(), s));
        c.add(new OpCase(Op.SOFTPLUS, "", -4, 4, x -> x[0].softplus(), s));
        c.add(new OpCase(Op.ADD_SCALAR, "add", -2, 2, x -> x[0].add(1.5), s));
        c.add(new OpCase(Op.ADD_SCALAR, "sub", -2, 2, x -> x[0].sub(1.5), s));
        c.add(new OpCase(Op.MUL_SCALAR, "mul", -2, 2, x -> x[0].mul(-1.5), s));
        c.add(new OpCase(Op.MUL_SCALAR, "div", -2, 2, x -> x[0].div(0.7), s));
        c.add(new OpCase(Op.POW_SCALAR, "", 0.3, 2, x -> x[0].pow(2.5), s));
        c.add(new OpCase(Op.MIN_SCALAR, "", -2, 2, x -> x[0].min(0.3), s));
        c.add(new OpCase(Op.MAX_SCALAR, "", -2, 2, x -> x[0].max(0.3), s));
        c.add(new OpCase(Op.COPY, "", -2, 2, x -> x[0].permute(1, 0).contiguous(), s));
        c.add(new OpCase(Op.MUL, "square of one tensor", -2, 2, x -> x[0].mul(x[0]), s));
        c.add(new OpCase(Op.LEAF, "used twice", -2, 2, x -> x[0].exp().add(x[0]), s));
        c.add(new OpCase(Op.SIGMOID, "silu", -3, 3, x -> Functional.silu(x[0]), s));
        c.add(new OpCase(Op.TANH, "gelu", -3, 3, x -> Functional.gelu(x[0]), s));
        c.add(new OpCase(Op.RELU, "leaky", -3, 3, x -> Functional.leakyRelu(x[0], 0.1), s));
    }

    private static void broadcasting(List<OpCase> c) {
        int[][][] pairs = {
            {{3, 4}, {3, 4}}, {{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{2, 3, 1}, {4}}, {{}, {3, 2}}
        };
        for (int[][] p : pairs) {
            String name = Arrays.toString(p[0]) + " " + Arrays.toString(p[1]);
            c.add(new OpCase(Op.ADD, name, -2, 2, x -> x[0].add(x[1]), p));
            c.add(new OpCase(Op.SUB, name, -2, 2, x -> x[0].sub(x[1]), p));
            c.add(new OpCase(Op.MUL, name, -2, 2, x -> x[0].mul(x[1]), p));
            c.add(new OpCase(Op.DIV, name, 0.5, 2, x -> x[0].div(x[1]), p));
            c.add(new OpCase(Op.MIN, name, -2, 2, x -> x[0].min(x[1]), p));
            c.add(new OpCase(Op.MAX, name, -2, 2, x -> x[0].max(x[1]), p));
            c.add(
                    new OpCase(
                            Op.WHERE,
                            name,
                            -2,
                            2,
                            x -> x[0].detach().compare(Compare.GT, 0.1).where(x[0], x[1]),
                            p));
        }
    }

    private static void movement(List<OpCase> c) {
        int[] s = shape(4, 3, 2);
        c.add(new OpCase(Op.RESHAPE, "", -2, 2, x -> x[0].reshape(2, -1), s));
        c.add(new OpCase(Op.RESHAPE, "copies", -2, 2, x -> x[0].permute(2, 0, 1).reshape(24), s));
        c.add(new OpCase(Op.PERMUTE, "", -2, 2, x -> x[0].permute(2, 0, 1), s));
        c.add(new OpCase(Op.SLICE, "", -2, 2, x -> x[0].slice(1, 1, 3), s));
        c.add(new OpCase(Op.SLICE, "step", -2, 2, x -> x[0].slice(0, 1, 4, 2), s));
        c.add(
                new OpCase(
                        Op.BROADCAST,
                        "",
                        -2,
                        2,
                        x -> x[0].broadcastTo(Shape.of(3, 4, 5)),
                        shape(4, 1)));
        c.add(
                new OpCase(
                        Op.CONCAT,
                        "",
                        -2,
                        2,
                        x -> Tensor.concat(1, x[0], x[1], x[2]),
                        shape(2, 3),
                        shape(2, 0),
                        shape(2, 4)));
    }

    private static void reductions(List<OpCase> c) {
        int[] s = shape(3, 4, 2);
        c.add(new OpCase(Op.SUM, "all", -2, 2, x -> x[0].sum(), s));
        c.add(new OpCase(Op.SUM, "axes", -2, 2, x -> x[0].sum(false, 0, 2), s));
        c.add(new OpCase(Op.SUM, "mean", -2, 2, x -> x[0].mean(true, 1), s));
        c.add(new OpCase(Op.AMAX, "all", -2, 2, x -> x[0].max(false), s));
        c.add(new OpCase(Op.AMAX, "axis", -2, 2, x -> x[0].max(true, 1), s));
        c.add(new OpCase(Op.AMIN, "axes", -2, 2, x -> x[0].min(false, 0, 1), s));
    }

    private static void losses(List<OpCase> c) {
        int[] s = shape(3, 5);
        c.add(new OpCase(Op.SOFTMAX, "", -2, 2, x -> x[0].softmax(), s));
        c.add(new OpCase(Op.SOFTMAX, "strided", -2, 2, x -> x[0].permute(1, 0).softmax(), s));
        c.add(new OpCase(Op.LOG_SOFTMAX, "", -2, 2, x -> x[0].logSoftmax(), s));
        c.add(
                new OpCase(
                        Op.CROSS_ENTROPY,
                        "",
                        -2,
                        2,
                        x -> Functional.crossEntropy(x[0], labels(x[0].dim(0), x[0].dim(1))),
                        s));
        for (int[] targets : new int[][] {s, {5}, {3, 1}, {}}) {
            String name = targets == s ? "" : Arrays.toString(targets);
            c.add(
                    new OpCase(
                            Op.BINARY_CROSS_ENTROPY,
                            name,
                            -2,
                            2,
                            x -> Functional.binaryCrossEntropyWithLogits(x[0], x[1]),
                            s,
                            targets));
            for (double beta : new double[] {0, 0.5}) {
                c.add(
                        new OpCase(
                                Op.SMOOTH_L1,
                                beta + " " + name,
                                -2,
                                2,
                                x -> Functional.smoothL1(x[0], x[1], beta),
                                s,
                                targets));
            }
        }
    }

    /** Of {@code rows} rows, from all k classes. */
    static Tensor labels(int rows, int k) {
        int[] labels = new int[rows];
        for (int r = 0; r < rows; r++) {
            labels[r] = (7 * r + 2) % k;
        }
        return Tensor.of(labels, rows);
    }

    private static void products(List<OpCase> c) {
        c.add(new OpCase(Op.MATMUL, "", -1, 1, x -> x[0].matMul(x[1]), shape(3, 4), shape(4, 5)));
        c.add(
                new OpCase(
                        Op.MATMUL,
                        "bias, ReLU",
                        -1,
                        1,
                        x -> Functional.linear(x[0], x[1], x[2], true),
                        shape(3, 4),
                        shape(4, 5),
                        shape(5)));
        c.add(
                new OpCase(
                        Op.MATMUL,
                        "deconvolution",
                        -1,
                        1,
                        x -> Functional.convTranspose2x2(x[0], x[1], x[2], false),
                        shape(2, 2, 3, 3),
                        shape(3, 2, 2, 2),
                        shape(2)));
        int[][] geometries = {{1, 1, 1, 1}, {2, 1, 1, 2}, {3, 2, 2, 1}, {1, 0, 1, 4}};
        for (int[] g : geometries) {
            ConvParams p = new ConvParams(g[0], g[1], g[2], g[3]);
            c.add(
                    new OpCase(
                            Op.CONV2D,
                            p.toString(),
                            -1,
                            1,
                            x -> Functional.conv2d(x[0], x[1], x[2], p),
                            shape(2, 5, 6, 4),
                            shape(3, 3, 4 / g[3], 4),
                            shape(4)));
        }
        c.add(
                new OpCase(
                        Op.CONV2D,
                        "bias, residual, ReLU",
                        -1,
                        1,
                        x -> Functional.conv2d(x[0], x[1], x[2], x[3], true, ConvParams.of(1, 1)),
                        shape(1, 3, 4, 2),
                        shape(3, 3, 2, 3),
                        shape(3),
                        shape(1, 3, 4, 3)));
        c.add(
                new OpCase(
                        Op.BATCH_NORM,
                        "",
                        -1,
                        1,
                        x -> Functional.batchNorm(x[0], x[1], x[2], 1e-5).out(),
                        shape(2, 3, 2, 3),
                        shape(3),
                        shape(3)));
        c.add(
                new OpCase(
                        Op.GROUP_NORM,
                        "",
                        -1,
                        1,
                        x -> Functional.groupNorm(x[0], 2, x[1], x[2], 1e-5),
                        shape(2, 3, 2, 6),
                        shape(6),
                        shape(6)));
    }

    private static void maps(List<OpCase> c) {
        c.add(
                new OpCase(
                        Op.MAX_POOL,
                        "",
                        -1,
                        1,
                        x -> Functional.maxPool2d(x[0], 3, 2, 1),
                        shape(2, 5, 6, 2)));
        c.add(
                new OpCase(
                        Op.NEAREST,
                        "",
                        -1,
                        1,
                        x -> Functional.nearest(x[0], 7, 4),
                        shape(2, 3, 5, 2)));
        c.add(
                new OpCase(
                        Op.BILINEAR,
                        "up",
                        -1,
                        1,
                        x -> Functional.bilinear(x[0], 7, 9),
                        shape(2, 3, 5, 2)));
        c.add(
                new OpCase(
                        Op.BILINEAR,
                        "down",
                        -1,
                        1,
                        x -> Functional.bilinear(x[0], 2, 3),
                        shape(1, 5, 7, 2)));
        c.add(
                new OpCase(
                        Op.ADD,
                        "upsampled",
                        -1,
                        1,
                        x -> Functional.addUpsampled2x(x[0], x[1]),
                        shape(2, 4, 6, 3),
                        shape(2, 2, 3, 3)));
        for (int ratio : new int[] {0, 2}) {
            c.add(
                    new OpCase(
                            Op.ROI_ALIGN,
                            "ratio " + ratio,
                            -1,
                            1,
                            x -> roiAlign(x, ratio),
                            shape(2, 8, 9, 2),
                            shape(2, 4, 5, 2)));
        }
    }

    private static Tensor roiAlign(Tensor[] levels, int ratio) {
        double[] boxes = {1, 2, 13, 11, -3, -3, 6.5, 9, 5, 5, 5, 5, 2, 3, 20, 40};
        return Functional.roiAlign(
                List.of(levels),
                Tensor.of(boxes, 4, 4).to(levels[0].dtype()),
                Tensor.of(new int[] {0, 1, 1, 0}, 4),
                Tensor.of(new int[] {0, 0, 1, 1}, 4),
                new RoiAlignSpec(3, ratio, true, List.of(0.5, 0.25)));
    }

    private static void selection(List<OpCase> c) {
        c.add(
                new OpCase(
                        Op.INDEX_SELECT,
                        "",
                        -1,
                        1,
                        x -> x[0].indexSelect(Tensor.of(new int[] {2, 0, 2}, 3)),
                        shape(4, 3)));
        c.add(
                new OpCase(
                        Op.INDEX_ADD,
                        "",
                        -1,
                        1,
                        x -> x[0].indexAdd(Tensor.of(new int[] {2, 0, 2}, 3), x[1]),
                        shape(4, 3),
                        shape(3, 3)));
        c.add(
                new OpCase(
                        Op.GATHER,
                        "",
                        -1,
                        1,
                        x -> x[0].gather(Tensor.of(new int[] {2, 0, 1, 1}, 2, 2)),
                        shape(2, 3)));
        c.add(
                new OpCase(
                        Op.SCATTER_ADD,
                        "",
                        -1,
                        1,
                        x -> x[0].scatterAdd(Tensor.of(new int[] {2, 0, 1, 1}, 2, 2), x[1]),
                        shape(2, 3),
                        shape(2, 2)));
    }
}
