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
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.spi.Backend;
import soma.tensor.spi.LossKernels;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the contract leaves open: offsets, launches, float64. */
class LossTest {
    private static float[] random(long seed, int n) {
        Random random = new Random(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Each kernel once, on operands that lie a few elements into their buffers. */
    private static List<float[]> all(Backend backend, int rows, int k) {
        int n = rows * k;
        int[] labels = new Random(1).ints(rows, 0, k).toArray();
        try (TestOperands on = new TestOperands(backend)) {
            LossKernels loss = backend.loss();
            View x = on.floats(random(1, n), rows, k);
            View t = on.floats(random(2, n), rows, k);
            View g = on.floats(random(3, n), rows, k);
            View label = on.ints(labels, rows);
            View gOfRows = on.floats(random(4, rows), rows);
            List<View> out = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                out.add(on.empty(DType.FLOAT32, rows, k));
            }
            out.add(on.empty(DType.FLOAT32, rows));
            loss.softmax(x, out.get(0));
            loss.softmaxBackward(out.get(0), g, out.get(1));
            loss.logSoftmax(x, out.get(2));
            loss.logSoftmaxBackward(out.get(2), g, out.get(3));
            loss.crossEntropyBackward(x, label, gOfRows, out.get(4));
            loss.binaryCrossEntropy(x, t, out.get(5));
            loss.binaryCrossEntropyBackward(x, t, g, out.get(6));
            loss.smoothL1(x, t, 0.5, out.get(7));
            loss.smoothL1Backward(x, t, 0.5, g, out.get(8));
            loss.crossEntropy(x, label, out.get(9));
            return out.stream().map(on::floats).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 40, 1500})
    void allAgreeWithTheReferenceInOneLaunchEach(int k) {
        CudaBackend emulator = EmulatedBackend.create();
        List<float[]> expected = all(Device.cpuReference().backend(), 11, k);
        List<float[]> actual = all(emulator, 11, k);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(0, DeviceOperands.distance(actual.get(i), expected.get(i)), 1e-6);
        }
        assertEquals(expected.size(), emulator.launches());
    }

    @Test
    void smoothL1IsForFloat64AsWell() {
        double[] x = new Random(1).doubles(700, -2, 2).toArray();
        double[] t = new Random(2).doubles(700, -2, 2).toArray();
        List<double[]> results = new ArrayList<>();
        for (Device device : List.of(Device.cpuReference(), Device.of("emulator"))) {
            try (Scope _ = Scope.open("float64", device)) {
                Tensor leaf = Tensor.of(x, 700).leaf("x");
                Tensor each = Functional.smoothL1(leaf, Tensor.of(t, 700), 0.3);
                Tensor slope = each.mul(each).sum().backward().of(leaf);
                results.add(Tensor.concat(0, each.detach(), slope).toDoubles());
            }
        }
        assertArrayEquals(results.get(0), results.get(1), 1e-15);
    }

    @Test
    void otherTypesAreRefused() {
        try (Scope _ = Scope.open("float64", Device.of("emulator"))) {
            Tensor x = Tensor.of(new double[6], 2, 3);
            assertEquals(
                    "softmax: operand: expected dtype FLOAT32, got FLOAT64",
                    assertThrows(DTypeException.class, x::softmax).getMessage());
        }
    }
}
