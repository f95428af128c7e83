package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.tensor.DType;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.ElementwiseKernels.Unary;

import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Pointwise kernels and copies against the reference, on awkward sizes and layouts. */
abstract class ElementwiseContract extends DeviceContract {
    /** Around vector lengths, primes, nothing, and more than a task. */
    private static final int[] SIZES = {0, 1, 2, 7, 8, 15, 16, 17, 31, 64, 101, 16384, 40_009};

    @ParameterizedTest
    @EnumSource(Unary.class)
    void unary(Unary op) {
        boolean positive = op == Unary.LOG || op == Unary.SQRT || op == Unary.RSQRT;
        for (int n : SIZES) {
            agree(2e-7, () -> apply(op, positive ? tensor(n, n).abs().add(0.01) : tensor(n, n)));
        }
        agree(2e-7, () -> apply(op, tensor(1, 6, 5, 17).abs().add(0.1).permute(2, 0, 1)));
        agree(2e-7, () -> apply(op, tensor(2, 9, 40).abs().add(0.1).slice(1, 3, 37, 2)));
    }

    private static Tensor apply(Unary op, Tensor x) {
        Tensor out = Tensor.empty("unary", DType.FLOAT32, x.shape());
        x.backend().elementwise().unary(op, x.view(), out.view());
        return out;
    }

    @ParameterizedTest
    @EnumSource(
            value = Unary.class,
            names = {
                "EXP",
                "SIGMOID",
                "RELU",
                "ABS",
                "NEG",
                "TANH",
                "SOFTPLUS",
                "IS_FINITE",
                "LOG"
            })
    void unaryOfSpecialValues(Unary op) {
        float inf = Float.POSITIVE_INFINITY;
        float[] special = {0, -0f, inf, -inf, Float.NaN, 88.7f, 88.8f, -87.4f, -100, -104, 1e-40f};
        float[] many = new float[35];
        for (int i = 0; i < many.length; i++) {
            many[i] = special[i % special.length];
        }
        agree(0, () -> apply(Unary.IS_FINITE, apply(op, Tensor.of(many, many.length))));
        Function<Tensor, Tensor> finite = t -> t.min(1e30).max(-1e30);
        agree(2e-7, () -> finite.apply(apply(op, Tensor.of(many, many.length))));
    }

    @Test
    void transcendentalFunctionsAreGoodToSixDigitsEverywhere() {
        relativeError(-87, 88.7, Math::exp, Tensor::exp);
        relativeError(-86, 80, x -> 1 / (1 + Math.exp(-x)), Tensor::sigmoid);
        relativeError(
                -86,
                80,
                x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
                Tensor::softplus);
        relativeError(1e-3, 0.99, Math::log, Tensor::log);
        relativeError(1.01, 1e4, Math::log, Tensor::log);
        relativeError(1e-44, 1e-37, Math::log, Tensor::log);
        relativeError(1e30, 3e38, Math::log, Tensor::log);
    }

    private void relativeError(
            double low, double high, DoubleUnaryOperator expected, Function<Tensor, Tensor> f) {
        float[] x = new float[40_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (low + i * (high - low) / x.length);
        }
        try (Scope _ = Scope.open("accuracy", device())) {
            float[] y = f.apply(Tensor.of(x, x.length)).toFloats();
            for (int i = 0; i < x.length; i++) {
                double e = expected.applyAsDouble(x[i]);
                assertEquals(e, y[i], 5e-7 * Math.abs(e), "at " + x[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Binary.class)
    void binary(Binary op) {
        for (int n : SIZES) {
            agree(2e-7, () -> apply(op, base(op, tensor(n, n)), tensor(n + 1, n)));
            agree(2e-7, () -> apply(op, base(op, tensor(n, n)), tensor(3, 1)));
            agree(2e-7, () -> apply(op, base(op, tensor(3, 1)), tensor(n, n)));
            agree(2e-7, () -> scalar(op, base(op, tensor(n, n)), 0.7));
        }
        int[][][] shapes = {
            {{5, 33}, {33}},
            {{33}, {5, 33}},
            {{5, 33}, {5, 1}},
            {{4, 1, 17}, {1, 3, 1}},
            {{2, 3, 2, 4, 2, 19}, {2, 3, 1, 4, 1, 19}},
            {{2, 0, 3}, {3}},
            {{1, 1}, {7, 3}},
            {{40, 500, 3}, {3}}
        };
        for (int[][] s : shapes) {
            agree(2e-7, () -> apply(op, base(op, tensor(1, s[0])), tensor(2, s[1])));
        }
        agree(
                2e-7,
                () ->
                        apply(
                                op,
                                base(op, tensor(1, 6, 20, 5)).permute(2, 1, 0),
                                tensor(2, 5, 40, 6).slice(1, 0, 40, 2)));
        agree(2e-7, () -> scalar(op, base(op, tensor(1, 6, 20)).permute(1, 0), 1.5));
    }

    /** Powers of positive numbers only. */
    private static Tensor base(Binary op, Tensor x) {
        return op == Binary.POW ? x.abs().add(0.1) : x;
    }

    private static Tensor apply(Binary op, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast("test", a.shape(), b.shape());
        Tensor out = Tensor.empty("binary", DType.FLOAT32, shape);
        a.backend()
                .elementwise()
                .binary(op, a.broadcastTo(shape).view(), b.broadcastTo(shape).view(), out.view());
        return out;
    }

    private static Tensor scalar(Binary op, Tensor a, double s) {
        Tensor out = Tensor.empty("binary", DType.FLOAT32, a.shape());
        a.backend().elementwise().binary(op, a.view(), s, out.view());
        return out;
    }

    @Test
    void binaryWorksInPlace() {
        try (Scope _ = Scope.open("test", device())) {
            Tensor a = Tensor.of(random(37, 1), 37);
            Tensor expected = a.add(a);
            a.backend().elementwise().binary(Binary.ADD, a.view(), a.view(), a.view());
            assertArrayEquals(expected.toFloats(), a.toFloats());
        }
    }

    @ParameterizedTest
    @EnumSource(Compare.class)
    void compareAndSelect(Compare op) {
        for (int n : SIZES) {
            agree(
                    0,
                    () -> {
                        Tensor a = tensor(1, n).mul(2).floor();
                        Tensor b = tensor(2, n).mul(2).floor();
                        return a.compare(op, b).where(a, b.mul(10));
                    });
        }
        agree(
                0,
                () ->
                        tensor(1, 7, 9)
                                .compare(op, tensor(2, 9))
                                .where(tensor(3, 1), tensor(4, 7, 1)));
        agree(0, () -> tensor(1, 7, 9).permute(1, 0).compare(op, 0.05).to(DType.FLOAT32));
        agree(0, () -> Tensor.of(new int[] {1, 2, 3}, 3).compare(op, 2).to(DType.INT32));
        agree(0, () -> Tensor.of(new float[] {0.05f, 0.7f}, 2).compare(op, 0.05).to(DType.INT32));
    }

    @Test
    void copiesOfAllLayoutsAndTypes() {
        agree(0, () -> tensor(1, 4, 5, 6, 7).permute(0, 2, 3, 1).contiguous());
        agree(0, () -> tensor(1, 2, 3, 5, 2, 2, 19).permute(0, 1, 3, 2, 4, 5).contiguous());
        agree(0, () -> tensor(1, 30, 40).slice(0, 3, 29, 5).slice(1, 1, 40, 3).contiguous());
        agree(0, () -> tensor(1, 3, 1).broadcastTo(Shape.of(2, 3, 33)).contiguous());
        agree(
                0,
                () ->
                        Tensor.concat(
                                2, tensor(1, 3, 5, 7), tensor(2, 3, 5, 0), tensor(3, 3, 5, 17)));
        agree(0, () -> Tensor.concat(0, tensor(1, 1), tensor(2, 16)));
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                agree(0, () -> tensor(1, 5, 7).abs().mul(3).to(from).permute(1, 0).to(to));
            }
        }
    }

    @Test
    void beyondOneGridDimension() {
        int n = BEYOND_GRID;
        agree(0, () -> tensor(1, n, 2).permute(1, 0).contiguous());
        agree(0, () -> tensor(1, 2, n).permute(1, 0).contiguous());
        agree(0, () -> tensor(1, n, 2, 2).permute(0, 2, 1).contiguous());
        agree(2e-7, () -> tensor(1, n, 1).mul(tensor(2, 3)));
        agree(2e-7, () -> tensor(1, 1, n).mul(tensor(2, 3, 1)));
    }
}
