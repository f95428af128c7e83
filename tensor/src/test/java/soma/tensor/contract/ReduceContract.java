package soma.tensor.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.tensor.Tensor;
import soma.tensor.spi.ReduceKernels.Reduce;

import java.util.function.Function;

/** Reductions against the reference, on awkward sizes and layouts. */
abstract class ReduceContract extends DeviceContract {
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
    void beyondOneGridDimension() {
        int n = BEYOND_GRID;
        agree(3e-7, () -> tensor(1, n, 2).abs().sum(true, 1));
        agree(3e-7, () -> tensor(1, 2, n).abs().sum(true, 0));
        agree(0, () -> tensor(1, n, 2, 1).max(true, 1));
        agree(0, () -> tensor(1, n, 2).argmax());
    }
}
