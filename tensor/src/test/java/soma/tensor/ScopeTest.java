package soma.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Functional.ConvParams;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.spi.MemoryReport;

import java.util.List;

/** Lifetimes: what is freed when, what is reused, and what errors say. */
class ScopeTest {
    private static long live(Device device) {
        return device.backend().memory().liveBytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu-reference", "cpu"})
    void closingAScopeReturnsItsBuffersToThePool(String name) {
        Device device = Device.of(name);
        long before = live(device);
        try (Scope _ = Scope.open("outer", device)) {
            Tensor kept;
            try (Scope inner = Scope.open("inner")) {
                Tensor a = Tensor.full(DType.FLOAT32, 2, 1000);
                kept = inner.promote(a.mul(3).add(a));
            }
            assertEquals(8 * 1000, kept.sum().item());
        }
        assertEquals(before, live(device));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu-reference", "cpu"})
    void repeatedTrainingStepsAllocateNothingNew(String name) {
        Device device = Device.of(name);
        Tensor w;
        try (Scope _ = Scope.open("init", device)) {
            w = Tensor.full(DType.FLOAT32, 0.1, 3, 3, 5, 7).keep("w");
        }
        long allocations = 0;
        long liveBytes = 0;
        for (int step = 0; step < 8; step++) {
            trainStep(device, w);
            MemoryReport report = device.backend().memory();
            if (step >= 3) {
                assertEquals(allocations, report.allocations(), "step " + step);
                assertEquals(liveBytes, report.liveBytes(), "step " + step);
            }
            allocations = report.allocations();
            liveBytes = report.liveBytes();
        }
        w.release();
    }

    private static void trainStep(Device device, Tensor w) {
        try (Scope _ = Scope.open("step", device)) {
            Tensor x = Tensor.full(DType.FLOAT32, 1, 2, 13, 11, 5);
            Tensor leaf = w.leaf("w");
            Tensor y =
                    Functional.conv2d(x, leaf, null, null, true, ConvParams.of(2, 1))
                            .sigmoid()
                            .mul(2);
            Gradients g = y.mean().backward();
            Tensor step = g.of(leaf).mul(0.1);
            w.backend()
                    .elementwise()
                    .binary(
                            soma.tensor.spi.ElementwiseKernels.Binary.SUB,
                            w.view(),
                            step.view(),
                            w.view());
        }
    }

    @Test
    void savedTensorsOutliveTheirScopeUntilBackwardHasUsedThem() {
        Device device = Device.cpuReference();
        try (Scope _ = Scope.open("step", device)) {
            Tensor x = Tensor.of(new float[] {1, 2, 3}, 3).leaf("x");
            Tensor loss;
            try (Scope layer = Scope.open("layer")) {
                Tensor hidden = x.mul(x);
                loss = layer.promote(hidden.mul(hidden).sum());
            }
            long held = live(device);
            Gradients g = loss.backward();
            assertArrayEquals(new float[] {4, 32, 108}, g.of(x).toFloats());
            assertTrue(live(device) < held + 4 * 256, "saved tensors are freed");
            assertThrows(IllegalStateException.class, loss::backward);
        }
    }

    @Test
    void theReportNamesWhatIsHeld() {
        Device device = Device.cpuReference();
        Tensor kept;
        try (Scope _ = Scope.open("step", device)) {
            kept = Tensor.full(DType.FLOAT32, 1, 77).keep("momentum");
            Tensor unnamed = Tensor.full(DType.FLOAT32, 1, 5).exp();
            List<String> origins =
                    device.backend().memory().live().stream()
                            .map(MemoryReport.Entry::origin)
                            .toList();
            assertTrue(origins.contains("momentum"), origins::toString);
            assertTrue(origins.contains("EXP"), origins::toString);
            assertEquals(5, unnamed.size());
        }
        assertEquals(77, kept.storage().size());
        assertTrue(kept.storage().isLive());
        kept.release();
        assertFalse(kept.storage().isLive());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu-reference", "cpu"})
    void useAfterCloseFailsNamingTheOp(String name) {
        Tensor t;
        try (Scope _ = Scope.open("step", Device.of(name))) {
            t = Tensor.full(DType.FLOAT32, 1, 4).exp();
        }
        try (Scope _ = Scope.open("next", Device.of(name))) {
            var e = assertThrows(IllegalStateException.class, () -> t.add(1));
            assertTrue(e.getMessage().contains("EXP"), e.getMessage());
        }
        assertThrows(IllegalStateException.class, () -> Tensor.zeros(1), "no scope is open");
    }

    @Test
    void errorsNameOpArgumentAndShapes() {
        try (Scope _ = Scope.open("test", Device.cpuReference())) {
            Tensor a = Tensor.zeros(2, 3);
            Tensor b = Tensor.zeros(4, 5);
            assertMessage(() -> a.add(b), "ADD", "[2, 3]", "[4, 5]");
            assertMessage(() -> a.matMul(b), "matMul", "[2, 3]", "[4, 5]");
            assertMessage(() -> a.reshape(7), "reshape", "[2, 3]", "7");
            assertMessage(() -> a.slice(1, 2, 9), "slice", "2..9", "[2, 3]");
            assertMessage(() -> a.add(Tensor.of(new int[] {1}, 1)), "ADD", "FLOAT32", "INT32");
            assertMessage(
                    () ->
                            Functional.conv2d(
                                    Tensor.zeros(1, 4, 4, 3),
                                    Tensor.zeros(3, 3, 2, 8),
                                    null,
                                    ConvParams.of(1, 1)),
                    "conv2d",
                    "[1, 4, 4, 3]",
                    "[3, 3, 2, 8]");
            assertMessage(() -> Autograd.backward(a), "backward", "loss", "[2, 3]");
        }
    }

    private static void assertMessage(Runnable action, String... parts) {
        var e = assertThrows(SomaException.class, action::run);
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void scopesCloseInOrderAndOnOneDevice() {
        Scope outer = Scope.open("outer", Device.cpuReference());
        Scope inner = Scope.open("inner");
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        outer.close();
        assertThrows(DeviceException.class, () -> Device.of("tpu"));
    }
}
