package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

/** What the contract leaves open: types that have no kernel, sums that need float64. */
class CudaOptimizerTest {
    @Test
    void otherTypesAreRefused() {
        try (Scope _ = Scope.open("test", Device.of("emulator"))) {
            Tensor x = Tensor.of(new int[] {1, 2}, 2);
            DTypeException e =
                    assertThrows(
                            DTypeException.class,
                            () -> x.backend().optimizer().squaredNorm(x.view()));
            assertEquals(
                    "squaredNorm: operand: expected dtype FLOAT32, got " + DType.INT32,
                    e.getMessage());
        }
    }

    /** In float32 the small squares would be lost beside the large one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 257, 70_000})
    void squaresAreAddedInFloat64(int n) {
        try (Scope _ = Scope.open("test", Device.of("emulator"))) {
            float[] values = new float[n];
            java.util.Arrays.fill(values, 1);
            values[0] = 1 << 20;
            Tensor x = Tensor.of(values, n);
            assertEquals(0x1p40 + n - 1, x.backend().optimizer().squaredNorm(x.view()));
        }
    }
}
