package soma.tensor.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Every rule of the gradient table against central differences, in float64 on the reference
 * backend.
 */
class GradientCheckTest {
    private static final double STEP = 1e-5;

    private interface Function {
        Tensor apply(Tensor[] x);
    }

    /**
     * One check.
     *
     * @param op the rule that is meant
     * @param name what is special about it
     * @param low inputs are drawn uniformly from here
     * @param high to here
     * @param shapes of the inputs, all of which want gradients
     */
    record Check(Op op, String name, double low, double high, Function f, int[]... shapes) {
        @Override
        public String toString() {
            return op + " " + name;
        }
    }

    static final List<Check> CHECKS = checks();

    private static int[] shape(int... dims) {
        return dims;
    }

    private static List<Check> checks() {
        List<Check> c = new ArrayList<>();
        pointwise(c);
        broadcasting(c);
        movement(c);
        reductions(c);
        products(c);
        maps(c);
        selection(c);
        return c;
    }

    private static void pointwise(List<Check> c) {
        int[] s = shape(3, 5);
        c.add(new Check(Op.NEG, "", -2, 2, x -> x[0].neg(), s));
        c.add(new Check(Op.ABS, "", -2, 2, x -> x[0].abs(), s));
        c.add(new Check(Op.EXP, "", -2, 2, x -> x[0].exp(), s));
        c.add(new Check(Op.LOG, "", 0.2, 3, x -> x[0].log(), s));
        c.add(new Check(Op.SQRT, "", 0.2, 3, x -> x[0].sqrt(), s));
        c.add(new Check(Op.RSQRT, "", 0.2, 3, x -> x[0].rsqrt(), s));
        c.add(new Check(Op.RECIPROCAL, "", 0.2, 3, x -> x[0].reciprocal(), s));
        c.add(new Check(Op.SIGMOID, "", -4, 4, x -> x[0].sigmoid(), s));
        c.add(new Check(Op.TANH, "", -3, 3, x -> x[0].tanh(), s));
        c.add(new Check(Op.RELU, "", -2, 2, x -> x[0].relu(), s));
        c.add(new Check(Op.SOFTPLUS, "", -4, 4, x -> x[0].softplus(), s));
        c.add(new Check(Op.ADD_SCALAR, "add", -2, 2, x -> x[0].add(1.5), s));
        c.add(new Check(Op.ADD_SCALAR, "sub", -2, 2, x -> x[0].sub(1.5), s));
        c.add(new Check(Op.MUL_SCALAR, "mul", -2, 2, x -> x[0].mul(-1.5), s));
        c.add(new Check(Op.MUL_SCALAR, "div", -2, 2, x -> x[0].div(0.7), s));
        c.add(new Check(Op.POW_SCALAR, "", 0.3, 2, x -> x[0].pow(2.5), s));
        c.add(new Check(Op.MIN_SCALAR, "", -2, 2, x -> x[0].min(0.3), s));
        c.add(new Check(Op.MAX_SCALAR, "", -2, 2, x -> x[0].max(0.3), s));
        c.add(new Check(Op.COPY, "", -2, 2, x -> x[0].permute(1, 0).contiguous(), s));
        c.add(new Check(Op.MUL, "square of one tensor", -2, 2, x -> x[0].mul(x[0]), s));
        c.add(new Check(Op.LEAF, "used twice", -2, 2, x -> x[0].exp().add(x[0]), s));
        c.add(new Check(Op.SIGMOID, "silu", -3, 3, x -> Functional.silu(x[0]), s));
        c.add(new Check(Op.TANH, "gelu", -3, 3, x -> Functional.gelu(x[0]), s));
        c.add(new Check(Op.RELU, "leaky", -3, 3, x -> Functional.leakyRelu(x[0], 0.1), s));
    }

    private static void broadcasting(List<Check> c) {
        int[][][] pairs = {
            {{3, 4}, {3, 4}}, {{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{2, 3, 1}, {4}}, {{}, {3, 2}}
        };
        for (int[][] p : pairs) {
            String name = Arrays.toString(p[0]) + " " + Arrays.toString(p[1]);
            c.add(new Check(Op.ADD, name, -2, 2, x -> x[0].add(x[1]), p));
            c.add(new Check(Op.SUB, name, -2, 2, x -> x[0].sub(x[1]), p));
            c.add(new Check(Op.MUL, name, -2, 2, x -> x[0].mul(x[1]), p));
            c.add(new Check(Op.DIV, name, 0.5, 2, x -> x[0].div(x[1]), p));
            c.add(new Check(Op.MIN, name, -2, 2, x -> x[0].min(x[1]), p));
            c.add(new Check(Op.MAX, name, -2, 2, x -> x[0].max(x[1]), p));
            c.add(
                    new Check(
                            Op.WHERE,
                            name,
                            -2,
                            2,
                            x -> x[0].detach().compare(Compare.GT, 0.1).where(x[0], x[1]),
                            p));
        }
    }

    private static void movement(List<Check> c) {
        int[] s = shape(4, 3, 2);
        c.add(new Check(Op.RESHAPE, "", -2, 2, x -> x[0].reshape(2, -1), s));
        c.add(new Check(Op.RESHAPE, "copies", -2, 2, x -> x[0].permute(2, 0, 1).reshape(24), s));
        c.add(new Check(Op.PERMUTE, "", -2, 2, x -> x[0].permute(2, 0, 1), s));
        c.add(new Check(Op.SLICE, "", -2, 2, x -> x[0].slice(1, 1, 3), s));
        c.add(new Check(Op.SLICE, "step", -2, 2, x -> x[0].slice(0, 1, 4, 2), s));
        c.add(
                new Check(
                        Op.BROADCAST,
                        "",
                        -2,
                        2,
                        x -> x[0].broadcastTo(Shape.of(3, 4, 5)),
                        shape(4, 1)));
        c.add(
                new Check(
                        Op.CONCAT,
                        "",
                        -2,
                        2,
                        x -> Tensor.concat(1, x[0], x[1], x[2]),
                        shape(2, 3),
                        shape(2, 0),
                        shape(2, 4)));
    }

    private static void reductions(List<Check> c) {
        int[] s = shape(3, 4, 2);
        c.add(new Check(Op.SUM, "all", -2, 2, x -> x[0].sum(), s));
        c.add(new Check(Op.SUM, "axes", -2, 2, x -> x[0].sum(false, 0, 2), s));
        c.add(new Check(Op.SUM, "mean", -2, 2, x -> x[0].mean(true, 1), s));
        c.add(new Check(Op.AMAX, "all", -2, 2, x -> x[0].max(false), s));
        c.add(new Check(Op.AMAX, "axis", -2, 2, x -> x[0].max(true, 1), s));
        c.add(new Check(Op.AMIN, "axes", -2, 2, x -> x[0].min(false, 0, 1), s));
        c.add(new Check(Op.EXP, "softmax", -2, 2, x -> x[0].softmax(), shape(3, 5)));
        c.add(new Check(Op.LOG, "log-softmax", -2, 2, x -> x[0].logSoftmax(), shape(3, 5)));
        c.add(
                new Check(
                        Op.GATHER,
                        "cross-entropy",
                        -2,
                        2,
                        x -> Functional.crossEntropy(x[0], Tensor.of(new int[] {2, 0, 4}, 3)),
                        shape(3, 5)));
        c.add(
                new Check(
                        Op.SOFTPLUS,
                        "binary cross-entropy",
                        -2,
                        2,
                        x -> Functional.binaryCrossEntropyWithLogits(x[0], x[1]),
                        shape(7),
                        shape(7)));
        for (double beta : new double[] {0, 0.5}) {
            c.add(
                    new Check(
                            Op.WHERE,
                            "smooth L1 " + beta,
                            -2,
                            2,
                            x -> Functional.smoothL1(x[0], x[1], beta),
                            shape(9),
                            shape(9)));
        }
    }

    private static void products(List<Check> c) {
        c.add(new Check(Op.MATMUL, "", -1, 1, x -> x[0].matMul(x[1]), shape(3, 4), shape(4, 5)));
        c.add(
                new Check(
                        Op.MATMUL,
                        "bias, ReLU",
                        -1,
                        1,
                        x -> Functional.linear(x[0], x[1], x[2], true),
                        shape(3, 4),
                        shape(4, 5),
                        shape(5)));
        c.add(
                new Check(
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
                    new Check(
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
                new Check(
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
                new Check(
                        Op.BATCH_NORM,
                        "",
                        -1,
                        1,
                        x -> Functional.batchNorm(x[0], x[1], x[2], 1e-5).out(),
                        shape(2, 3, 2, 3),
                        shape(3),
                        shape(3)));
        c.add(
                new Check(
                        Op.GROUP_NORM,
                        "",
                        -1,
                        1,
                        x -> Functional.groupNorm(x[0], 2, x[1], x[2], 1e-5),
                        shape(2, 3, 2, 6),
                        shape(6),
                        shape(6)));
    }

    private static void maps(List<Check> c) {
        c.add(
                new Check(
                        Op.MAX_POOL,
                        "",
                        -1,
                        1,
                        x -> Functional.maxPool2d(x[0], 3, 2, 1),
                        shape(2, 5, 6, 2)));
        c.add(
                new Check(
                        Op.NEAREST,
                        "",
                        -1,
                        1,
                        x -> Functional.nearest(x[0], 7, 4),
                        shape(2, 3, 5, 2)));
        c.add(
                new Check(
                        Op.BILINEAR,
                        "up",
                        -1,
                        1,
                        x -> Functional.bilinear(x[0], 7, 9),
                        shape(2, 3, 5, 2)));
        c.add(
                new Check(
                        Op.BILINEAR,
                        "down",
                        -1,
                        1,
                        x -> Functional.bilinear(x[0], 2, 3),
                        shape(1, 5, 7, 2)));
        c.add(
                new Check(
                        Op.ADD,
                        "upsampled",
                        -1,
                        1,
                        x -> Functional.addUpsampled2x(x[0], x[1]),
                        shape(2, 4, 6, 3),
                        shape(2, 2, 3, 3)));
        for (int ratio : new int[] {0, 2}) {
            c.add(
                    new Check(
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
                Tensor.of(boxes, 4, 4),
                Tensor.of(new int[] {0, 1, 1, 0}, 4),
                Tensor.of(new int[] {0, 0, 1, 1}, 4),
                new RoiAlignSpec(3, ratio, true, List.of(0.5, 0.25)));
    }

    private static void selection(List<Check> c) {
        c.add(
                new Check(
                        Op.INDEX_SELECT,
                        "",
                        -1,
                        1,
                        x -> x[0].indexSelect(Tensor.of(new int[] {2, 0, 2}, 3)),
                        shape(4, 3)));
        c.add(
                new Check(
                        Op.INDEX_ADD,
                        "",
                        -1,
                        1,
                        x -> x[0].indexAdd(Tensor.of(new int[] {2, 0, 2}, 3), x[1]),
                        shape(4, 3),
                        shape(3, 3)));
        c.add(
                new Check(
                        Op.GATHER,
                        "",
                        -1,
                        1,
                        x -> x[0].gather(Tensor.of(new int[] {2, 0, 1, 1}, 2, 2)),
                        shape(2, 3)));
        c.add(
                new Check(
                        Op.SCATTER_ADD,
                        "",
                        -1,
                        1,
                        x -> x[0].scatterAdd(Tensor.of(new int[] {2, 0, 1, 1}, 2, 2), x[1]),
                        shape(2, 3),
                        shape(2, 2)));
    }

    @Test
    void everyOpIsChecked() {
        Set<Op> missing = EnumSet.allOf(Op.class);
        CHECKS.forEach(c -> missing.remove(c.op()));
        assertTrue(missing.isEmpty(), () -> "no gradient check for " + missing);
    }

    @ParameterizedTest
    @FieldSource("CHECKS")
    void gradientsMatchCentralDifferences(Check check) {
        Random random = new Random(check.toString().hashCode());
        double[][] values = new double[check.shapes().length][];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    random.doubles(Shape.of(check.shapes()[i]).size(), check.low(), check.high())
                            .toArray();
        }
        double[] seed;
        try (Scope _ = Scope.open("shape", Device.cpuReference())) {
            seed = random.doubles(check.f().apply(leaves(check, values)).size(), -1, 1).toArray();
        }
        double[][] analytic = analytic(check, values, seed);
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values[i].length; j++) {
                double numeric = numeric(check, values, seed, i, j);
                double tolerance = 1e-6 * Math.max(1, Math.abs(numeric));
                assertEquals(numeric, analytic[i][j], tolerance, "input " + i + " at " + j);
            }
        }
    }

    private static Tensor[] leaves(Check check, double[][] values) {
        Tensor[] leaves = new Tensor[values.length];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = Tensor.of(values[i], check.shapes()[i]).leaf("x" + i);
        }
        return leaves;
    }

    private static double[][] analytic(Check check, double[][] values, double[] seed) {
        try (Scope _ = Scope.open("analytic", Device.cpuReference())) {
            Tensor[] x = leaves(check, values);
            Tensor y = check.f().apply(x);
            Gradients g = Autograd.backward(y, Tensor.of(seed, y.shape().dims()));
            double[][] gradients = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                assertNotNull(g.of(x[i]), "gradient of input " + i);
                assertArrayEquals(check.shapes()[i], g.of(x[i]).shape().dims());
                gradients[i] = g.of(x[i]).toDoubles();
            }
            return gradients;
        }
    }

    private static double numeric(Check check, double[][] values, double[] seed, int i, int j) {
        double saved = values[i][j];
        values[i][j] = saved + STEP;
        double above = weighted(check, values, seed);
        values[i][j] = saved - STEP;
        double below = weighted(check, values, seed);
        values[i][j] = saved;
        return (above - below) / (2 * STEP);
    }

    private static double weighted(Check check, double[][] values, double[] seed) {
        try (Scope _ = Scope.open("numeric", Device.cpuReference());
                Autograd.NoGrad _ = Autograd.noGrad()) {
            double[] y = check.f().apply(leaves(check, values)).toDoubles();
            double sum = 0;
            for (int k = 0; k < y.length; k++) {
                sum += y[k] * seed[k];
            }
            return sum;
        }
    }

    @Test
    void piecewiseConstantOpsHaveNoGradient() {
        try (Scope _ = Scope.open("test", Device.cpuReference())) {
            Tensor x = Tensor.of(new double[] {1.5, -0.5}, 2).leaf("x");
            assertTrue(!x.floor().requiresGrad() && !x.sign().requiresGrad());
            assertEquals(DType.INT32, x.argmax().dtype());
        }
    }
}
