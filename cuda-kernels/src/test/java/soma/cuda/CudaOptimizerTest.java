package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.OptimizerKernels.AdamWOperands;
import soma.tensor.spi.OptimizerKernels.SgdOperands;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
            Arrays.fill(values, 1);
            values[0] = 1 << 20;
            Tensor x = Tensor.of(values, n);
            assertEquals(0x1p40 + n - 1, x.backend().optimizer().squaredNorm(x.view()));
        }
    }

    /** A table goes up, a kernel starts, and only what the host asks for comes down. */
    @Test
    void anyNumberOfTensorsTakesOneLaunch() {
        try (TestOperands operands = new TestOperands(EmulatedBackend.create())) {
            CudaBackend backend = (CudaBackend) operands.backend();
            List<View> views = new ArrayList<>();
            List<SgdOperands> sgd = new ArrayList<>();
            List<AdamWOperands> adamW = new ArrayList<>();
            for (int n : new int[] {3, 1, 0, 2000}) {
                View v = operands.floats(new float[n], n);
                View m = operands.floats(new float[n], n);
                View p = operands.floats(new float[n], n);
                View g = operands.floats(new float[n], n);
                views.add(g);
                sgd.add(new SgdOperands(p, g, m, 0.1, 0, true));
                adamW.add(new AdamWOperands(p, g, m, v, 0.1, 0, 1));
            }
            OptimizerKernels kernels = backend.optimizer();
            assertLaunches(backend, 1, 0, () -> kernels.sgd(sgd, 0.9, false));
            assertLaunches(backend, 1, 0, () -> kernels.adamW(adamW, 0.9, 0.999, 1e-8));
            assertLaunches(backend, 1, 1, () -> kernels.squaredNorm(views));
            assertLaunches(backend, 1, 1, () -> kernels.allFinite(views));
            assertLaunches(backend, 0, 0, () -> kernels.sgd(List.of(), 0.9, false));
        }
    }

    private static void assertLaunches(CudaBackend b, long launches, long trips, Runnable call) {
        long launchesBefore = b.launches();
        long tripsBefore = b.roundTrips();
        call.run();
        assertEquals(launches, b.launches() - launchesBefore);
        assertEquals(trips, b.roundTrips() - tripsBefore);
    }

    /** A buffer may hold anything before the first step. */
    @Test
    void theFirstStepDoesNotReadTheBuffer() {
        try (TestOperands operands = new TestOperands(EmulatedBackend.create())) {
            View p = operands.floats(new float[] {1, 2}, 2);
            View g = operands.floats(new float[] {0.5f, -1}, 2);
            View buffer = operands.empty(DType.FLOAT32, 2);
            operands.backend().optimizer().sgd(p, g, buffer, 0.5, 0.9, 0, false, true);
            assertArrayEquals(new float[] {0.75f, 2.5f}, operands.floats(p));
            assertArrayEquals(new float[] {0.5f, -1}, operands.floats(buffer));
        }
    }
}
