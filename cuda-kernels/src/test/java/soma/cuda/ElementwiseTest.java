package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertThrows;

import static soma.cuda.Agreement.agree;
import static soma.cuda.Agreement.tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.ElementwiseKernels.Unary;
import soma.tensor.spi.View;

/** Quads, tails and layouts of {@code elementwise.ptx}, and values at the ends of the types. */
class ElementwiseTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Tensor binary(Binary op, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast("test", a.shape(), b.shape());
        Tensor out = Tensor.empty("test", a.dtype(), shape);
        View left = a.broadcastTo(shape).view();
        a.backend().elementwise().binary(op, left, b.broadcastTo(shape).view(), out.view());
        return out;
    }

    private static Tensor unary(Unary op, Tensor x) {
        Tensor out = Tensor.empty("test", x.dtype(), x.shape());
        x.backend().elementwise().unary(op, x.view(), out.view());
        return out;
    }

    /** Around quads, warps, blocks, and more than the grid has threads. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5, 31, 32, 33, 257, 1025, 4099})
    void sizesAndOffsets(int n) {
        for (int offset : new int[] {0, 1, 4}) {
            agree(0, () -> tensor(1, n + 8).slice(0, offset, offset + n).add(tensor(2, n)));
            agree(0, () -> tensor(1, n + 8).slice(0, offset, offset + n).relu());
            agree(0, () -> tensor(1, n + 8).slice(0, offset, offset + n).mul(3));
            agree(
                    0,
                    () -> {
                        Tensor part = tensor(1, n + 8).slice(0, offset, offset + n);
                        return part.compare(Compare.LT, tensor(2, n)).where(part, tensor(3, n));
                    });
            agree(
                    0,
                    () -> {
                        Tensor whole = tensor(1, n + 8);
                        View part = whole.slice(0, offset, offset + n).view();
                        whole.backend().elementwise().fill(part, 2.5);
                        whole.backend().elementwise().binary(Binary.MUL, part, 3, part);
                        return whole;
                    });
        }
    }

    @Test
    void moreThanTheGridHasThreads() {
        agree(0, () -> tensor(1, 700_001).slice(0, 1, 700_001).add(tensor(2, 1)));
    }

    @ParameterizedTest
    @EnumSource(Binary.class)
    void rowsChannelsAndColumns(Binary op) {
        int[][][] shapes = {
            {{9, 64}, {64}},
            {{9, 63}, {63}},
            {{64}, {9, 64}},
            {{3, 8, 4, 6}, {8, 1, 1}},
            {{3, 8, 5, 5}, {8, 1, 1}},
            {{9, 64}, {9, 1}},
            {{4, 1, 8}, {1, 5, 1}},
            {{1, 1}, {5, 12}}
        };
        for (int[][] s : shapes) {
            agree(2e-7, () -> binary(op, base(op, tensor(1, s[0])), tensor(2, s[1])));
        }
    }

    private static Tensor base(Binary op, Tensor x) {
        return op == Binary.POW ? x.abs().add(0.1) : x;
    }

    @ParameterizedTest
    @EnumSource(Binary.class)
    void specialValuesOfTwo(Binary op) {
        float[] v = {
            0, -0f, 1, -1, 2, -3, 0.5f, -2.5f, 1e-40f, 3e38f, (float) INF, (float) -INF, 0f / 0
        };
        agree(2e-7, () -> binary(op, Tensor.of(v, v.length, 1), Tensor.of(v, 1, v.length)));
        double[] d = {0, -0.0, 1, -1, 2, -3, 0.5, -2.5, 1e-310, 1e300, INF, -INF, 0.0 / 0};
        agree(1e-11, () -> binary(op, Tensor.of(d, d.length, 1), Tensor.of(d, 1, d.length)));
        int[] i = {0, 1, -1, 2, 3, -7, 10, Integer.MAX_VALUE, Integer.MIN_VALUE};
        agree(0, () -> binary(op, Tensor.of(i, i.length, 1), Tensor.of(i, 1, i.length)));
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void unaryOfOtherTypes(Unary op) {
        double[] d = {0, -0.0, 1.5, -1.5, 2, 1e-310, 1e300, INF, -INF, 0.0 / 0};
        boolean isMissing =
                switch (op) {
                    case EXP, LOG, SIGMOID, TANH, SOFTPLUS -> true;
                    default -> false;
                };
        if (!isMissing) {
            agree(1e-15, () -> unary(op, Tensor.of(d, d.length)));
            agree(0, () -> unary(op, Tensor.of(new int[] {0, 1, -4, 9}, 4)));
            return;
        }
        try (Scope _ = Scope.open("test", Device.of("emulator"))) {
            Tensor x = Tensor.of(d, d.length);
            assertThrows(DTypeException.class, () -> unary(op, x));
        }
    }

    @ParameterizedTest
    @EnumSource(Compare.class)
    void comparesAllTypes(Compare op) {
        float[] v = {0, -0f, 1, 0f / 0, (float) INF, (float) -INF, 2};
        for (DType dtype : DType.values()) {
            agree(
                    0,
                    () ->
                            Tensor.of(v, v.length, 1)
                                    .to(dtype)
                                    .compare(op, Tensor.of(v, 1, v.length).to(dtype))
                                    .to(DType.INT32));
            agree(0, () -> Tensor.of(v, v.length).to(dtype).compare(op, 1).to(DType.INT32));
        }
        agree(0, () -> tensor(1, 9, 64).compare(op, tensor(2, 64)).to(DType.INT32));
    }

    @Test
    void conversionsSaturate() {
        double[] d = {
            0, 0.9, -0.9, 255.5, 256, -1, 3e9, -3e9, 1e19, -1e19, INF, -INF, 0.0 / 0, 1e300
        };
        for (DType between : DType.values()) {
            for (DType to : DType.values()) {
                agree(0, () -> Tensor.of(d, d.length).to(between).to(to));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void selectsAndFillsAllTypes(DType dtype) {
        for (int[] shape : new int[][] {{7, 12}, {7, 13}, {0, 4}}) {
            agree(
                    0,
                    () ->
                            tensor(1, shape)
                                    .compare(Compare.GT, 0)
                                    .where(
                                            tensor(2, shape).mul(9).abs().to(dtype),
                                            tensor(3, shape[1]).mul(9).abs().to(dtype)));
            agree(
                    0,
                    () -> {
                        Tensor whole = Tensor.full(dtype, 1, shape);
                        View part = whole.slice(1, 1, 3).view();
                        whole.backend().elementwise().fill(part, 3.7);
                        return whole;
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "INT64", "UINT8"})
    void copies(DType dtype) {
        int[][] orders = {{1, 0, 2, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {3, 2, 1, 0}, {2, 3, 0, 1}};
        for (int[] order : orders) {
            agree(
                    0,
                    () ->
                            tensor(1, 2, 33, 5, 17)
                                    .mul(9)
                                    .abs()
                                    .to(dtype)
                                    .permute(order)
                                    .contiguous());
            agree(
                    0,
                    () -> tensor(1, 2, 3, 4, 8).mul(9).abs().to(dtype).permute(order).contiguous());
        }
        agree(0, () -> tensor(1, 70, 65).mul(9).abs().to(dtype).permute(1, 0).contiguous());
        agree(
                0,
                () -> {
                    Tensor whole = Tensor.full(dtype, 1, 40, 70);
                    Tensor part = tensor(1, 35, 70).mul(9).abs().to(dtype);
                    whole.backend()
                            .elementwise()
                            .copy(
                                    part.permute(1, 0).slice(0, 0, 35).slice(1, 0, 35).view(),
                                    whole.slice(0, 2, 37).slice(1, 3, 38).view());
                    return whole;
                });
    }

    @Test
    void moreDimensionsThanKernelsTake() {
        int[] dims = {2, 3, 2, 3, 2, 3, 2, 3};
        agree(0, () -> tensor(1, dims).permute(6, 4, 2, 0, 7, 5, 3, 1).contiguous());
        agree(0, () -> tensor(1, dims).add(tensor(2, 2, 1, 2, 1, 2, 1, 2, 1)));
        agree(1e-7, () -> tensor(1, dims).sum(true, 0, 2, 4, 6));
    }
}
