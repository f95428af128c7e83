package soma.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.ElementwiseKernels.Unary;
import soma.tensor.spi.ReduceKernels.Reduce;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Pointwise, movement, reduction and selection kernels of the fast backend against the reference,
 * on awkward sizes and layouts.
 */
class BackendContractTest {
    /** Around vector lengths, primes, nothing, and more than a task. */
    private static final int[] SIZES = {0, 1, 2, 7, 8, 15, 16, 17, 31, 64, 101, 16384, 40_009};

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return v;
    }

    private static Tensor tensor(long seed, int... dims) {
        return Tensor.of(random(Shape.of(dims).size(), seed), dims);
    }

    /** Runs on both backends; elements may differ by {@code tolerance} of the largest. */
    static void agree(double tolerance, Supplier<Tensor> f) {
        double[][] results = new double[2][];
        List<Shape> shapes = new ArrayList<>();
        int i = 0;
        for (Device device : List.of(Device.cpuReference(), Device.cpu())) {
            try (Scope _ = Scope.open("contract", device)) {
                Tensor t = f.get();
                shapes.add(t.shape());
                results[i++] = t.toDoubles();
            }
        }
        assertEquals(shapes.get(0), shapes.get(1));
        double largest = 0;
        for (double v : results[0]) {
            largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        assertArrayEquals(results[0], results[1], tolerance * largest + Double.MIN_VALUE);
    }

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

    private static void relativeError(
            double low, double high, DoubleUnaryOperator expected, Function<Tensor, Tensor> f) {
        float[] x = new float[40_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (low + i * (high - low) / x.length);
        }
        try (Scope _ = Scope.open("accuracy", Device.cpu())) {
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

    @ParameterizedTest
    @ValueSource(strings = {"cpu-reference", "cpu"})
    void binaryWorksInPlace(String device) {
        try (Scope _ = Scope.open("test", Device.of(device))) {
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

    @ParameterizedTest
    @EnumSource(Reduce.class)
    void reductions(Reduce op) {
        int[][][] cases = {
            // shape, then the axes
            {{0}, {0}},
            {{1}, {0}},
            {{17}, {0}},
            {{50_021}, {0}},
            {{5, 0}, {1}},
            {{0, 5}, {0}},
            {{7, 33}, {1}},
            {{7, 33}, {0}},
            {{700, 3}, {0}},
            {{2, 301, 19}, {1}},
            {{2, 301, 19}, {0, 1}},
            {{2, 5, 19}, {0, 2}},
            {{2, 5, 19}, {1, 2}},
            {{2, 3, 2, 4, 2, 19}, {2, 4}},
            {{3, 1, 1}, {1}},
            {{4, 1, 5}, {0, 1, 2}},
            {{1000, 70}, {1}},
            {{2, 2}, {}}
        };
        for (int[][] c : cases) {
            // Sums of one sign, since rounding is relative to the sum of magnitudes.
            Function<Tensor, Tensor> sign = t -> op == Reduce.SUM ? t.abs() : t;
            agree(3e-7, () -> reduce(op, sign.apply(tensor(1, c[0])), c[1]));
        }
        agree(3e-7, () -> reduce(op, tensor(1, 6, 5, 17).permute(2, 0, 1), 0));
        agree(0, () -> Tensor.of(new int[] {3, -1, 2, 7}, 2, 2).sum(false, 0));
        agree(0, () -> tensor(1, 9, 37).mul(2).floor().argmax());
    }

    private static Tensor reduce(Reduce op, Tensor x, int... axes) {
        return switch (op) {
            case SUM -> x.sum(true, axes);
            case MAX -> x.max(true, axes);
            case MIN -> x.min(true, axes);
        };
    }

    @Test
    void sumsKeepTheirDigits() {
        agree(2e-7, () -> tensor(1, 300_007).mul(1e-3).add(1).sum());
        agree(2e-7, () -> tensor(1, 100_003, 3).mul(1e-3).add(1).sum(false, 0));
    }

    @Test
    void selection() {
        Supplier<Tensor> index = () -> Tensor.of(new int[] {4, 0, 4, 2, 1, 4}, 6);
        agree(0, () -> tensor(1, 5, 3, 7).indexSelect(index.get()));
        agree(0, () -> tensor(1, 5).indexSelect(index.get()));
        agree(0, () -> tensor(1, 5, 4).to(DType.INT32).indexSelect(index.get()));
        agree(1e-7, () -> tensor(1, 5, 19).indexAdd(index.get(), tensor(2, 6, 19)));
        agree(0, () -> tensor(1, 2, 5).gather(index.get().reshape(2, 3)));
        agree(1e-7, () -> tensor(1, 2, 5).scatterAdd(index.get().reshape(2, 3), tensor(2, 2, 3)));
        agree(0, () -> tensor(1, 40_009).compare(Compare.GT, 1).nonZero());
        agree(0, () -> tensor(1, 0).compare(Compare.GT, 1).nonZero());
        agree(0, () -> tensor(1, 0, 4).indexSelect(Tensor.of(new int[0], 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 17, 1000, 20_011})
    void sortingIsStable(int n) {
        agree(0, () -> tensor(1, 2, n).mul(3).floor().argsort(true));
        agree(0, () -> tensor(1, 2, n).argsort(false));
        agree(0, () -> tensor(1, 3, n).mul(20).floor().topk(Math.min(n, 1999)));
        agree(0, () -> tensor(1, n).abs().log().neg().sqrt().argsort(true)); // some are NaN
        agree(0, () -> tensor(1, n).mul(0).mul(tensor(2, n)).argsort(true)); // 0 and -0
    }
}
