package soma.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.model.CapturedFeatures;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.List;
import java.util.Map;
import java.util.Random;

/** A recorded feature pyramid computes what the model computes. */
class CapturedFeaturesTest {
    private static final Shape SHAPE = Shape.of(1, 32, 32, 3);

    private static MaskRcnn model(Device device) {
        MaskRcnn model = MaskRcnn.from(Config.load("tiny", List.of()));
        try (Scope _ = Scope.open("weights", device)) {
            model.initialize(device, new RandomStreams(0));
        }
        return model;
    }

    private static Tensor pixels(long seed) {
        Random random = new Random(seed);
        float[] values = new float[SHAPE.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(values, SHAPE.dims());
    }

    @Test
    void itGivesTheMapsOfEachBatchBitForBit() {
        Device device = Device.of("emulator");
        try (MaskRcnn model = model(device);
                CapturedFeatures captured = CapturedFeatures.of(model, SHAPE, device);
                Scope _ = Scope.open("test", device);
                var _ = Autograd.noGrad()) {
            for (long seed = 1; seed < 3; seed++) {
                Map<String, Tensor> expected = model.features(pixels(seed));
                Map<String, Tensor> actual = captured.of(pixels(seed));
                assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
                expected.forEach(
                        (level, map) ->
                                assertArrayEquals(
                                        map.toFloats(), actual.get(level).toFloats(), level));
            }
            assertEquals(
                    "captured features: pixels: expected [1, 32, 32, 3], got [1, 32, 64, 3]",
                    assertThrows(
                                    ShapeException.class,
                                    () -> captured.of(Tensor.zeros(1, 32, 64, 3)))
                            .getMessage());
        }
    }

    @Test
    void aDeviceWithoutGraphsSaysSo() {
        Device device = Device.of("cpu");
        try (MaskRcnn model = model(device)) {
            assertThrows(DeviceException.class, () -> CapturedFeatures.of(model, SHAPE, device));
        }
    }
}
