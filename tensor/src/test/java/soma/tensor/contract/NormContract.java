package soma.tensor.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Functional;

/** Normalisations against the reference, forward and backward. */
abstract class NormContract extends DeviceContract {
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 17, 32, 96})
    void normalisations(int c) {
        for (int hw : new int[] {1, 7, 29}) {
            agree(
                    2e-6,
                    () ->
                            gradients(
                                    x -> Functional.batchNorm(x[0], x[1], x[2], 1e-5).out(),
                                    tensor(1, 2, hw, hw + 1, c).mul(3).add(2),
                                    tensor(2, c),
                                    tensor(3, c)));
            for (int groups : new int[] {1, c % 4 == 0 ? 4 : c}) {
                // The gradient of a group of two is nothing but the rounding of eps.
                if (hw * (hw + 1) * c / groups > 2) {
                    agree(
                            2e-6,
                            () ->
                                    gradients(
                                            x ->
                                                    Functional.groupNorm(
                                                            x[0], groups, x[1], x[2], 1e-5),
                                            tensor(1, 2, hw, hw + 1, c).mul(3).add(2),
                                            tensor(2, c),
                                            tensor(3, c)));
                }
            }
        }
    }

    @Test
    void normalisationKeepsItsDigitsBesideALargeMean() {
        agree(
                2e-6,
                () ->
                        Functional.batchNorm(
                                        tensor(1, 2, 33, 31, 5).mul(0.01).add(8),
                                        tensor(2, 5),
                                        tensor(3, 5),
                                        1e-9)
                                .out());
    }

    @Test
    void beyondOneGridDimension() {
        int n = BEYOND_GRID;
        agree(
                2e-6,
                () ->
                        Functional.batchNorm(
                                        tensor(1, 3, 1, 1, n), tensor(2, n), tensor(3, n), 1e-2)
                                .out());
    }
}
