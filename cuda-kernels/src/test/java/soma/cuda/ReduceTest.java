package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import static soma.cuda.Agreement.agree;
import static soma.cuda.Agreement.tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.spi.ReduceKernels.Reduce;

import java.util.function.UnaryOperator;

/** The schedules of {@code reduce.ptx}: warps, blocks, parts, columns, on awkward views. */
class ReduceTest {
    private static Tensor reduce(Reduce op, Tensor x, int... axes) {
        return switch (op) {
            case SUM -> x.sum(true, axes);
            case MAX -> x.max(true, axes);
            case MIN -> x.min(true, axes);
        };
    }

    @ParameterizedTest
    @EnumSource(Reduce.class)
    void schedules(Reduce op) {
        int[][][] cases = {
            // shape, then the axes
            {{40, 5}, {1}}, // a thread for each output
            {{40, 257}, {1}}, // a warp
            {{3, 2050}, {1}}, // a block, with a rest behind the quads
            {{2, 20_011}, {1}}, // parts of a row
            {{65_537}, {0}},
            {{300, 70}, {0}}, // columns
            {{9_001, 3}, {0}}, // parts of columns
            {{6, 7, 40}, {0, 2}}, // channels in between
            {{6, 7, 41}, {0, 2}},
            {{6, 70, 3, 4}, {1, 3}},
            {{3, 0, 5}, {1}},
            {{3, 0, 5}, {0}}
        };
        UnaryOperator<Tensor> sign = t -> op == Reduce.SUM ? t.abs() : t;
        for (int[][] c : cases) {
            agree(1e-7, () -> reduce(op, sign.apply(tensor(1, c[0])), c[1]));
        }
        agree(1e-7, () -> reduce(op, sign.apply(tensor(1, 50, 60)).permute(1, 0), 0));
        agree(1e-7, () -> reduce(op, sign.apply(tensor(1, 50, 61)).slice(1, 1, 61), 1));
        agree(1e-7, () -> reduce(op, sign.apply(tensor(1, 9, 5000)).slice(1, 3, 4003), 1));
        agree(1e-7, () -> reduce(op, sign.apply(tensor(1, 9, 400)).slice(1, 0, 400, 3), 1));
        agree(1e-7, () -> reduce(op, tensor(1, 5, 1).broadcastTo(Shape.of(5, 40)), 1));
    }

    @ParameterizedTest
    @EnumSource(Reduce.class)
    void otherTypes(Reduce op) {
        for (DType dtype : new DType[] {DType.FLOAT64, DType.INT32, DType.INT64}) {
            agree(1e-15, () -> reduce(op, tensor(1, 7, 40).mul(9).to(dtype), 1));
            agree(1e-15, () -> reduce(op, tensor(1, 40, 7).mul(9).to(dtype), 0));
            agree(1e-15, () -> reduce(op, tensor(1, 0, 7).to(dtype), 0));
        }
        agree(0, () -> reduce(op, Tensor.of(new int[] {Integer.MAX_VALUE, 5}, 2), 0));
    }

    @ParameterizedTest
    @EnumSource(Reduce.class)
    void specialValues(Reduce op) {
        float inf = Float.POSITIVE_INFINITY;
        for (float special : new float[] {Float.NaN, inf, -inf, -0f}) {
            for (int length : new int[] {3, 40, 4100, 20_000}) {
                for (int at : new int[] {0, 1, length - 1}) {
                    float[] values = new float[length];
                    values[at] = special;
                    agree(0, () -> reduce(op, Tensor.of(values, 1, length), 1));
                    agree(0, () -> reduce(op, Tensor.of(values, length, 1), 0));
                }
            }
        }
        agree(0, () -> reduce(op, Tensor.of(new float[] {inf, -inf, 0, 0}, 4), 0));
    }

    @Test
    void meansOverAMillionKeepTheirDigits() {
        agree(1e-7, () -> tensor(1, 1_000_003).mul(1e-3).add(1).sum().div(1_000_003));
    }

    @Test
    void theSameBitsEveryTime() {
        try (Scope _ = Scope.open("test", Device.of("emulator"))) {
            Tensor x = tensor(1, 30_011).mul(1e3);
            float[] first = x.sum(true).toFloats();
            // Elsewhere in memory, where loads are not aligned.
            Tensor moved = Tensor.concat(0, tensor(2, 1), x).slice(0, 1, 30_012);
            assertArrayEquals(first, moved.sum(true).toFloats());
        }
    }

    @Test
    void argmaxTakesTheFirst() {
        for (int n : new int[] {1, 2, 31, 33, 257, 1025, 5000}) {
            agree(0, () -> tensor(1, 9, n).mul(2).floor().argmax());
            agree(0, () -> tensor(1, 9, n).mul(2).to(DType.INT32).argmax());
        }
        float nan = Float.NaN;
        float inf = Float.NEGATIVE_INFINITY;
        float[] values = {nan, 1, 2, 1, nan, 2, inf, inf, inf, nan, nan, nan};
        agree(0, () -> Tensor.of(values, 4, 3).argmax());
        agree(0, () -> tensor(1, 3, 4, 5).argmax());
        agree(
                0,
                () -> {
                    Tensor x = tensor(1, 50, 6);
                    Tensor out = Tensor.empty("argmax", DType.INT32, Shape.of(6));
                    x.backend().reduce().argmax(x.permute(1, 0).view(), out.view());
                    return out;
                });
    }
}
