package soma.tensor.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Functional;

/** Pooling and resampling against the reference, forward and backward. */
abstract class SpatialContract extends DeviceContract {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 19, 70})
    void poolingAndResampling(int c) {
        agree(
                1e-6,
                () -> gradients(x -> Functional.maxPool2d(x[0], 3, 2, 1), tensor(1, 2, 9, 8, c)));
        agree(
                1e-6,
                () -> gradients(x -> Functional.maxPool2d(x[0], 1, 2, 0), tensor(1, 1, 7, 5, c)));
        agree(
                1e-6,
                () ->
                        gradients(
                                x -> Functional.maxPool2d(x[0], 3, 1, 1),
                                tensor(1, 2, 5, 6, c).floor())); // ties
        agree(1e-6, () -> gradients(x -> Functional.nearest(x[0], 14, 9), tensor(1, 2, 7, 4, c)));
        agree(1e-6, () -> gradients(x -> Functional.nearest(x[0], 3, 2), tensor(1, 1, 7, 5, c)));
        agree(1e-6, () -> gradients(x -> Functional.bilinear(x[0], 13, 17), tensor(1, 2, 7, 5, c)));
        agree(1e-6, () -> gradients(x -> Functional.bilinear(x[0], 3, 1), tensor(1, 1, 7, 5, c)));
        agree(
                1e-6,
                () ->
                        gradients(
                                x -> Functional.addUpsampled2x(x[0], x[1]),
                                tensor(1, 2, 6, 4, c),
                                tensor(2, 2, 3, 2, c)));
    }

    @Test
    void beyondOneGridDimension() {
        for (int[] s : new int[][] {{BEYOND_GRID, 1, 1, 1}, {1, 1, 1, BEYOND_GRID}}) {
            agree(1e-6, () -> gradients(x -> Functional.maxPool2d(x[0], 1, 1, 0), tensor(1, s)));
            agree(1e-6, () -> gradients(x -> Functional.nearest(x[0], 1, 1), tensor(1, s)));
            agree(1e-6, () -> gradients(x -> Functional.bilinear(x[0], 1, 1), tensor(1, s)));
        }
    }
}
