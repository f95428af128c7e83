package soma.tensor.contract;

import org.junit.jupiter.api.Test;

import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;

/** Convolutions against the reference, forward and backward. */
abstract class ConvContract extends DeviceContract {
    @Test
    void convolutions() {
        int[][] cases = {
            // n, h, w, ci, co, kernel, stride, padding, dilation, groups
            {1, 5, 7, 3, 5, 1, 1, 0, 1, 1},
            {2, 9, 8, 16, 17, 1, 2, 0, 1, 1},
            {1, 8, 9, 17, 33, 3, 1, 1, 1, 1},
            {2, 7, 9, 4, 8, 3, 2, 1, 1, 1},
            {1, 11, 10, 3, 16, 7, 2, 3, 1, 1},
            {1, 9, 9, 8, 8, 3, 1, 2, 2, 4},
            {1, 6, 6, 8, 8, 3, 1, 1, 1, 8},
            {1, 1, 1, 5, 6, 3, 1, 1, 1, 1},
            {0, 4, 4, 3, 4, 3, 1, 1, 1, 1}
        };
        for (int[] c : cases) {
            ConvParams p = new ConvParams(c[6], c[7], c[8], c[9]);
            agree(
                    2e-6,
                    () ->
                            gradients(
                                    x -> Functional.conv2d(x[0], x[1], x[2], p),
                                    tensor(1, c[0], c[1], c[2], c[3]),
                                    tensor(2, c[5], c[5], c[3] / c[9], c[4]),
                                    tensor(3, c[4])));
        }
        agree(
                2e-6,
                () ->
                        gradients(
                                x ->
                                        Functional.conv2d(
                                                x[0], x[1], x[2], x[3], true, ConvParams.of(1, 1)),
                                tensor(1, 2, 6, 5, 7),
                                tensor(2, 3, 3, 7, 9),
                                tensor(3, 9),
                                tensor(4, 2, 6, 5, 9)));
        agree(
                2e-6,
                () ->
                        gradients(
                                x -> Functional.convTranspose2x2(x[0], x[1], x[2], true),
                                tensor(1, 2, 3, 5, 17),
                                tensor(2, 17, 2, 2, 19),
                                tensor(3, 19)));
    }

    @Test
    void beyondOneGridDimension() {
        agree(
                1e-6,
                () ->
                        Functional.conv2d(
                                tensor(1, BEYOND_GRID, 1, 1, 2),
                                tensor(2, 1, 1, 2, 1),
                                tensor(3, 1),
                                ConvParams.of(1, 0)));
    }
}
