package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.tensor.CapturedGraph;
import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.spi.View;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Work that the emulator records and repeats. */
class CapturedGraphTest {
    private final Device device = Device.of("emulator");

    private static float[] values(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static Tensor input(long seed) {
        return Tensor.of(values(8 * 10 * 6, seed), 1, 8, 10, 6);
    }

    /** Intermediates that come and go, tables of the host, a copy on the device. */
    private static List<Tensor> network(Tensor x) {
        try (Scope scope = Scope.open("network")) {
            Tensor hidden = Functional.bilinear(x.mul(2).relu(), 16, 20);
            Tensor out = hidden.add(1).slice(1, 0, 16, 2).contiguous();
            Tensor sums = out.sum(false, 1, 2);
            scope.promote(out);
            scope.promote(sums);
            return List.of(out, sums);
        }
    }

    /** Changes a tensor in place. */
    private void set(Tensor x, Tensor values) {
        View to = new View(x.storage(), x.view().layout());
        device.backend().elementwise().copy(values.view(), to);
    }

    @Test
    void repeatsOnWhatItsInputsHoldNow() {
        try (Scope _ = Scope.open("test", device)) {
            Tensor x = input(1);
            try (CapturedGraph graph = CapturedGraph.of(device, () -> network(x))) {
                for (long seed = 1; seed < 4; seed++) {
                    set(x, input(seed));
                    List<Tensor> direct = network(input(seed));
                    graph.launch();
                    for (int i = 0; i < 2; i++) {
                        assertArrayEquals(
                                direct.get(i).toFloats(), graph.outputs().get(i).toFloats());
                    }
                }
            }
        }
    }

    @Test
    void itsMemoryIsItsOwnUntilItIsClosed() {
        try (Scope _ = Scope.open("test", device)) {
            Tensor x = input(1);
            CapturedGraph graph = CapturedGraph.of(device, () -> network(x));
            graph.launch();
            float[] expected = graph.outputs().getFirst().toFloats();
            // Whatever the pool has of these sizes is written over.
            try (Scope _ = Scope.open("others")) {
                for (int i = 0; i < 200; i++) {
                    Tensor.of(values(1 + 97 * i % 2000, i), 1 + 97 * i % 2000).mul(3);
                }
            }
            assertArrayEquals(expected, graph.outputs().getFirst().toFloats());
            for (int i = 0; i < 20; i++) { // other tables than its own
                Functional.bilinear(x, 9 + i, 11 + i);
            }
            graph.launch();
            assertArrayEquals(expected, graph.outputs().getFirst().toFloats());
            long live = device.backend().memory().liveBytes();
            graph.close();
            assertFalse(device.backend().memory().liveBytes() >= live);
            assertThrows(IllegalStateException.class, graph::launch);
        }
        device.backend().trim();
        assertEquals(0, device.backend().memory().pooledBytes());
    }

    private void refuses(String got, Supplier<List<Tensor>> work) {
        String message =
                assertThrows(DeviceException.class, () -> CapturedGraph.of(device, work))
                        .getMessage();
        assertEquals(
                "graph: expected work on the device alone, got "
                        + got
                        + ", which can't be recorded",
                message);
    }

    @Test
    void saysWhatCanNotBeRecordedAndGoesOn() {
        try (Scope _ = Scope.open("test", device)) {
            device.backend().trim();
            Tensor x = input(1);
            Tensor large = Tensor.of(new float[1 << 20], 1 << 20);
            refuses("a copy to the host", () -> List.of(x.mul(x.toFloats()[0])));
            refuses("a copy from the host", () -> List.of(x.add(input(2))));
            int[] runs = new int[1];
            refuses(
                    "memory taken from the driver (MUL wants 4.0 MiB)",
                    () -> List.of(large.slice(0, 0, ++runs[0] < 3 ? 1 : 1 << 20, 1).mul(2)));
            // Nothing of the graphs that failed is left.
            assertArrayEquals(
                    network(input(3)).getLast().toFloats(), network(input(3)).getLast().toFloats());
        }
        device.backend().trim();
        assertEquals(0, device.backend().memory().pooledBytes());
    }

    @Test
    void processorsRecordNothing() {
        String message =
                assertThrows(DeviceException.class, () -> CapturedGraph.of(Device.cpu(), List::of))
                        .getMessage();
        assertEquals(
                "device cpu: graph: expected a device that records work, got one that doesn't",
                message);
    }
}
