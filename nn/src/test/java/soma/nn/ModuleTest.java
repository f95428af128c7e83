package soma.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names, shapes, loading and lifetimes of a small tree of layers. */
class ModuleTest {
    private static final Device DEVICE = Device.cpuReference();

    /** A layer of each kind. */
    private static final class Net extends Module {
        final Conv2d stem =
                child("stem", Conv2d.of(3, 4, 3).padding(1).norm(new FrozenBatchNorm(4)).build());
        final Conv2d grouped =
                child("grouped", Conv2d.of(4, 6, 1).groups(2).norm(new BatchNorm(6)).build());
        final ConvTranspose2x2 deconv =
                child("deconv", new ConvTranspose2x2(6, 5, Init.msra(), true));
        final Linear fc = child("fc", Linear.ofMap(5, 4, 4, 7, Init.xavier(), false));

        Tensor forward(Tensor x) {
            Tensor map = deconv.forward(grouped.forward(stem.forward(x)));
            return fc.forward(map.reshape(x.dim(0), -1));
        }
    }

    private static Net initialized(long seed) {
        Net net = new Net();
        net.initialize(DEVICE, new RandomStreams(seed));
        return net;
    }

    @Test
    void namesAndShapesAreThoseOfPyTorch() {
        Map<String, Shape> expected = new LinkedHashMap<>();
        expected.put("stem.weight", Shape.of(4, 3, 3, 3));
        for (String name : List.of("weight", "bias", "running_mean", "running_var")) {
            expected.put("stem.norm." + name, Shape.of(4));
        }
        expected.put("grouped.weight", Shape.of(6, 2, 1, 1));
        for (String name : List.of("weight", "bias", "running_mean", "running_var")) {
            expected.put("grouped.norm." + name, Shape.of(6));
        }
        expected.put("grouped.norm.num_batches_tracked", Shape.of());
        expected.put("deconv.weight", Shape.of(6, 5, 2, 2));
        expected.put("deconv.bias", Shape.of(5));
        expected.put("fc.weight", Shape.of(7, 80));
        expected.put("fc.bias", Shape.of(7));
        Map<String, Shape> actual = new LinkedHashMap<>();
        new Net().state().forEach((name, entry) -> actual.put(name, entry.stateShape()));
        assertEquals(List.copyOf(expected.entrySet()), List.copyOf(actual.entrySet()));
    }

    @Test
    void stateDictRestoresTheModel() {
        try (Net a = initialized(1);
                Net b = initialized(2);
                Net c = new Net()) {
            StateDict dict = a.stateDict();
            assertFalse(dict.get("fc.weight").sameBits(b.stateDict().get("fc.weight")));
            assertTrue(b.loadStateDict(dict, _ -> false).isExact());
            assertTrue(c.initialize(DEVICE, new RandomStreams(3), dict, _ -> false).isExact());
            dict.tensors()
                    .forEach(
                            (name, t) -> {
                                assertTrue(t.sameBits(b.stateDict().get(name)), name);
                                assertTrue(t.sameBits(c.stateDict().get(name)), name);
                            });
        }
    }

    @Test
    void initialValuesDependOnSeedAndNameOnly() {
        try (Net a = initialized(1);
                Net b = initialized(1)) {
            StateDict dict = b.stateDict();
            a.stateDict().tensors().forEach((n, t) -> assertTrue(t.sameBits(dict.get(n)), n));
        }
    }

    @Test
    void reportsWhatDoesNotFit() {
        try (Net net = initialized(1)) {
            StateDict dict = net.stateDict();
            dict.remove("fc.bias");
            dict.put("extra", HostTensor.of(new float[1], 1));
            dict.put("deconv.bias", HostTensor.of(new float[9], 9));
            LoadReport report = net.loadStateDict(dict, "deconv.bias"::equals);
            assertEquals(List.of("fc.bias"), report.missing());
            assertEquals(List.of("extra"), report.unexpected());
            assertEquals(
                    List.of(new LoadReport.Mismatch("deconv.bias", Shape.of(5), Shape.of(9))),
                    report.mismatched());
        }
    }

    @Test
    void refusesAShapeThatMayNotDifferAndChangesNothing() {
        try (Net net = initialized(1)) {
            StateDict before = net.stateDict();
            StateDict dict = new StateDict("w.pth");
            dict.put("stem.norm.bias", HostTensor.of(new float[] {1, 2, 3, 4}, 4));
            dict.put("fc.weight", HostTensor.of(new float[80], 1, 80));
            CheckpointException e =
                    assertThrows(
                            CheckpointException.class, () -> net.loadStateDict(dict, _ -> false));
            assertEquals(
                    "w.pth: shape of fc.weight: expected [7, 80], got [1, 80]", e.getMessage());
            assertTrue(
                    before.get("stem.norm.bias").sameBits(net.stateDict().get("stem.norm.bias")));
        }
    }

    @Test
    void frozenParametersGetNoGradient() {
        try (Net net = initialized(1);
                Scope _ = Scope.open("step", DEVICE)) {
            net.stem.trainable(false);
            Gradients gradients =
                    Autograd.backward(net.forward(Tensor.full(DType.FLOAT32, 1, 1, 2, 2, 3)).sum());
            assertNull(gradients.of(net.stem.weight().value()));
            assertNotNull(gradients.of(net.grouped.weight().value()));
            assertEquals(net.fc.weight().shape(), gradients.of(net.fc.weight().value()).shape());
        }
    }

    @Test
    void closingFreesEverything() {
        long before = DEVICE.backend().memory().liveBytes();
        try (Net net = initialized(1)) {
            for (boolean recording : new boolean[] {true, false}) {
                try (Scope _ = Scope.open("image", DEVICE);
                        Autograd.NoGrad _ = recording ? () -> {} : Autograd.noGrad()) {
                    net.forward(Tensor.zeros(2, 2, 2, 3));
                }
            }
            net.initialize(DEVICE, new RandomStreams(2));
            assertTrue(DEVICE.backend().memory().liveBytes() > before);
        }
        assertEquals(before, DEVICE.backend().memory().liveBytes());
    }

    @Test
    void saysWhatToDoWithoutMemory() {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> new Net().fc.weight().value());
        assertTrue(e.getMessage().contains("initialize"), e.getMessage());
    }

    @Test
    void linearOfMapReadsRowsColumnsChannels() {
        Linear fc = Linear.ofMap(2, 1, 3, 1, Init.constant(0), false);
        try (fc;
                Scope _ = Scope.open("image", DEVICE)) {
            StateDict dict = new StateDict("test");
            dict.put("weight", HostTensor.of(new float[] {1, 2, 3, 40, 50, 60}, 1, 6));
            dict.put("bias", HostTensor.of(new float[] {0.5f}, 1));
            fc.initialize(DEVICE, new RandomStreams(1), dict, _ -> false);
            // Channel 0 is 1, 1, 0 along the row, channel 1 is 0, 1, 1.
            Tensor map = Tensor.of(new float[] {1, 0, 1, 1, 0, 1}, 1, 1, 3, 2);
            assertArrayEquals(
                    new float[] {1 + 2 + 50 + 60 + 0.5f}, fc.forward(map.reshape(1, 6)).toFloats());
        }
    }
}
