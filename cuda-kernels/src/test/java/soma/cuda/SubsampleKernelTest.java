package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.SubsampleSpec;

import java.util.Random;

/** The random choice on the emulator with all its checks: races, unwritten memory, bounds. */
class SubsampleKernelTest {
    private final CudaBackend backend = EmulatedBackend.create();

    private static int[] choose(TestOperands on, SubsampleSpec spec, int[] labels) {
        int chosen = Math.min(spec.count(), labels.length);
        View index = on.empty(DType.INT32, chosen);
        View sizes = on.empty(DType.INT32, 2);
        on.backend().vision().subsample(spec, on.ints(labels, labels.length), index, sizes);
        int[] out = new int[chosen + 2];
        System.arraycopy(on.ints(index), 0, out, 0, chosen);
        System.arraycopy(on.ints(sizes), 0, out, chosen, 2);
        return out;
    }

    @Test
    void likeTheReference() {
        for (int n : new int[] {0, 1, 30, 1025, 2500}) {
            int[] labels = new Random(n).ints(n, -1, 3).toArray();
            for (int count : new int[] {0, 16, 5000}) {
                SubsampleSpec spec = new SubsampleSpec(count, count / 4, 0, 99 + n);
                int[] expected;
                try (TestOperands on = new TestOperands(Device.cpuReference().backend())) {
                    expected = choose(on, spec, labels);
                }
                try (TestOperands on = new TestOperands(backend)) {
                    assertArrayEquals(expected, choose(on, spec, labels), n + ", " + count);
                }
            }
        }
        assertEquals(0, backend.memory().liveBytes());
    }
}
