package soma.tensor.contract;

import org.junit.jupiter.api.Test;

import soma.tensor.Functional;
import soma.tensor.Tensor;

/** Matrix products against the reference, forward and backward. */
abstract class MatMulContract extends DeviceContract {
    @Test
    void matrixProducts() {
        int[][] sizes = {{1, 1, 1}, {3, 0, 5}, {0, 4, 5}, {7, 17, 33}, {65, 100, 31}, {128, 9, 1}};
        for (int[] s : sizes) {
            agree(
                    1e-6,
                    () ->
                            gradients(
                                    x -> x[0].matMul(x[1]),
                                    tensor(1, s[0], s[1]),
                                    tensor(2, s[1], s[2])));
            agree(
                    1e-6,
                    () ->
                            Functional.linear(
                                    tensor(1, s[0], s[1]),
                                    tensor(2, s[1], s[2]),
                                    tensor(3, s[2]),
                                    true));
        }
    }

    @Test
    void beyondOneGridDimension() {
        // Small whole numbers: their sums are exact, of however many and in any order.
        agree(0, () -> whole(1, 2, BEYOND_GRID).matMul(whole(2, BEYOND_GRID, 1)));
        agree(0, () -> whole(1, BEYOND_GRID, 2).matMul(whole(2, 2, 1)));
    }

    private static Tensor whole(long seed, int... dims) {
        return tensor(seed, dims).floor();
    }
}
