package soma.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.nn.Buffer;
import soma.nn.Init;
import soma.nn.Module;
import soma.nn.Parameter;
import soma.nn.RandomStreams;
import soma.nn.WeightLayout;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.nn.optim.ExponentialMovingAverage.Applied;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;

final class ExponentialMovingAverageTest {
    /** Weights in another layout than PyTorch's, a frozen vector and a buffer. */
    private static final class Net extends Module {
        private final Parameter weight =
                entry(
                        "weight",
                        new Parameter(
                                Shape.of(3, 2),
                                new WeightLayout.Dense(),
                                Init.normal(1),
                                Parameter.Role.WEIGHT));
        private final Parameter frozen =
                entry("frozen", Parameter.vector(2, Init.normal(1), Parameter.Role.BIAS));
        private final Buffer mean = entry("mean", new Buffer(2, 0));
    }

    private static Net net(Device device) {
        Net net = new Net();
        net.frozen.trainable(false);
        net.initialize(device, new RandomStreams(3));
        return net;
    }

    private static void assign(Net net, Device device, float... values) {
        try (Scope _ = Scope.open("test", device)) {
            net.weight.assign(Tensor.of(values, 3, 2));
        }
    }

    private static float[] weight(Net net) {
        return net.weight.value().toFloats();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void followsTheFormulaAndGivesTheWeightsBack(String name) {
        Device device = Device.of(name);
        try (Net net = net(device);
                var average = new ExponentialMovingAverage(0.75, net, device)) {
            double[] expected = new double[6];
            for (int i = 0; i < 6; i++) {
                expected[i] = weight(net)[i];
            }
            float[] values = new float[6];
            for (int step = 1; step <= 5; step++) {
                for (int i = 0; i < 6; i++) {
                    values[i] = step * (i - 2.5f);
                    expected[i] = 0.75 * expected[i] + 0.25 * values[i];
                }
                assign(net, device, values);
                average.update();
            }
            float[] frozen = net.frozen.value().toFloats();
            try (Scope _ = Scope.open("test", device)) {
                net.mean.assign(Tensor.of(new float[] {4, 5}, 2));
            }
            long version = net.weight.version();
            try (Applied _ = average.apply()) {
                float[] applied = weight(net);
                for (int i = 0; i < 6; i++) {
                    assertEquals(expected[i], applied[i], 1e-6 * Math.abs(expected[i]) + 1e-6);
                }
                assertArrayEquals(frozen, net.frozen.value().toFloats());
                assertArrayEquals(new float[] {4, 5}, net.mean.value().toFloats());
                assertTrue(net.weight.version() > version, "what was folded from them is stale");
            }
            assertArrayEquals(values, weight(net));
            assertArrayEquals(new float[] {4, 5}, net.mean.value().toFloats());
        }
    }

    @Test
    void aRestoredAverageGoesOnBitForBit() {
        Device device = Device.cpu();
        try (Net net = net(device);
                var whole = new ExponentialMovingAverage(0.9, net, device);
                var resumed = new ExponentialMovingAverage(0.9, net, device)) {
            assign(net, device, 1, 2, 3, 4, 5, 6);
            whole.update();
            StateDict saved = whole.stateDict();
            assertEquals(Shape.of(2, 3), saved.require("weight").shape());
            assertFalse(saved.contains("frozen"));
            assign(net, device, 7, -2, 0.5f, 4, -5, 1e-3f);
            resumed.loadStateDict(saved);
            whole.update();
            resumed.update();
            assertTrue(
                    whole.stateDict()
                            .require("weight")
                            .sameBits(resumed.stateDict().require("weight")));
        }
    }

    @Test
    void aStateThatDoesNotFitIsRefused() {
        Device device = Device.cpu();
        try (Net net = net(device);
                var average = new ExponentialMovingAverage(0.9, net, device)) {
            StateDict dict = new StateDict("f");
            assertThrows(CheckpointException.class, () -> average.loadStateDict(dict));
            dict.put("weight", HostTensor.of(new float[6], 3, 2));
            CheckpointException e =
                    assertThrows(CheckpointException.class, () -> average.loadStateDict(dict));
            assertTrue(e.getMessage().startsWith("f: weight: expected shape "), e.getMessage());
            dict.put("weight", HostTensor.of(new float[6], 2, 3));
            dict.put("frozen", HostTensor.of(new float[2], 2));
            assertThrows(CheckpointException.class, () -> average.loadStateDict(dict));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new ExponentialMovingAverage(1, new Net(), device));
    }

    @Test
    void leavesNoMemoryBehind() {
        Device device = Device.cpu();
        long before = device.backend().memory().liveBytes();
        try (Net net = net(device);
                var average = new ExponentialMovingAverage(0.9, net, device)) {
            average.update();
            long live = device.backend().memory().liveBytes();
            average.update();
            average.apply().close();
            assertEquals(live, device.backend().memory().liveBytes());
        }
        assertEquals(before, device.backend().memory().liveBytes());
    }
}
