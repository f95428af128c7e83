package soma.tensor.contract;

import org.junit.jupiter.api.Test;

import soma.tensor.Functional;

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
        int n = BEYOND_GRID;
        for (int[] s : new int[][] {{n, 2, 1}, {1, 2, n}, {2, n, 1}}) {
            // Small whole numbers: their sums are exact, of however many and in any order.
            agree(0, () -> tensor(1, s[0], s[1]).floor().matMul(tensor(2, s[1], s[2]).floor()));
        }
    }
}
