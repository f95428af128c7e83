package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.View;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What the contract leaves open: offsets, several tiles and chunks, no elements, hard numbers. */
class CudaNormTest {
    private static final double EPS = 1e-5;

    /**
     * One call of each kernel.
     *
     * @param dims of the map
     * @param groups of channels; 0 for batch normalisation
     * @param eps beside the variance
     * @param x the map
     */
    private record Case(int[] dims, int groups, double eps, float[] x) {
        static Case random(int n, int hw, int c, int groups, double mean, double deviation) {
            Random random = new Random(7);
            float[] x = new float[n * hw * c];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (mean + deviation * random.nextGaussian());
            }
            return new Case(new int[] {n, hw, c}, groups, EPS * deviation * deviation, x);
        }

        /** out, mean, invStd, gradX, gradGamma, gradBeta. */
        List<float[]> on(Backend backend) {
            int c = dims[2];
            int[] sets = groups == 0 ? new int[] {c} : new int[] {dims[0], groups};
            try (TestOperands operands = new TestOperands(backend)) {
                View from = operands.floats(x, dims);
                View gamma = operands.floats(uniform(2, c), c);
                View beta = operands.floats(uniform(3, c), c);
                View grad = operands.floats(uniform(4, x.length), dims);
                View out = operands.empty(DType.FLOAT32, dims);
                View mean = operands.empty(DType.FLOAT32, sets);
                View inv = operands.empty(DType.FLOAT32, sets);
                View gradX = operands.empty(DType.FLOAT32, dims);
                View gradGamma = operands.empty(DType.FLOAT32, c);
                View gradBeta = operands.empty(DType.FLOAT32, c);
                var norm = backend.norm();
                if (groups == 0) {
                    norm.batchNorm(from, gamma, beta, eps, out, mean, inv);
                    norm.batchNormBackward(
                            from, grad, gamma, mean, inv, gradX, gradGamma, gradBeta);
                } else {
                    norm.groupNorm(from, groups, gamma, beta, eps, out, mean, inv);
                    norm.groupNormBackward(
                            from, grad, groups, gamma, mean, inv, gradX, gradGamma, gradBeta);
                }
                return List.of(
                        operands.floats(out),
                        operands.floats(mean),
                        operands.floats(inv),
                        operands.floats(gradX),
                        operands.floats(gradGamma),
                        operands.floats(gradBeta));
            }
        }

        void agrees(double tolerance) {
            List<float[]> expected = on(Device.cpuReference().backend());
            CudaBackend emulated = EmulatedBackend.create();
            List<float[]> actual = on(emulated);
            assertEquals(0, emulated.memory().liveBytes());
            for (int i = 0; i < expected.size(); i++) {
                double distance = DeviceOperands.distance(actual.get(i), expected.get(i));
                assertTrue(distance <= tolerance, "result " + i + ": distance " + distance);
            }
        }
    }

    private static float[] uniform(long seed, int size) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1500, 1, 0", "2, 700, 3, 0", "3, 50, 70, 0", "1, 9, 300, 0", "2, 40, 33, 0",
        "1, 1500, 1, 1", "2, 700, 6, 2", "3, 50, 70, 7", "2, 5, 300, 3", "1030, 1, 36, 2"
    })
    void allResultsAgreeWithTheReference(int n, int hw, int c, int groups) {
        Case.random(n, hw, c, groups, 2, 3).agrees(5e-7);
    }

    /** At a mean of a million the deviation is 16 units in the last place. */
    @ParameterizedTest
    @CsvSource({"0, 1000", "0, 1e6", "4, 1000", "4, 1e6"})
    void aLargeMeanCostsNoDigits(int groups, double mean) {
        Case.random(2, 300, 8, groups, mean, 1).agrees(2e-6);
    }

    /** The first element is where sums start from; here it is far from all others. */
    @ParameterizedTest
    @CsvSource({"0", "2"})
    void anOutlierInFrontCostsNoDigits(int groups) {
        Case usual = Case.random(1, 400, 4, groups, 0, 1);
        Arrays.fill(usual.x(), 0, 4, 1e6f);
        usual.agrees(2e-6);
    }

    /** Nothing but the rounding of eps; the variance must not come out below zero. */
    @ParameterizedTest
    @CsvSource({"0", "2"})
    void constantMapsGiveBeta(int groups) {
        float[] x = new float[200 * 4];
        Arrays.fill(x, 0.1f);
        List<float[]> results =
                new Case(new int[] {1, 200, 4}, groups, EPS, x).on(EmulatedBackend.create());
        float[] beta = uniform(3, 4);
        for (int i = 0; i < x.length; i++) {
            assertEquals(beta[i % 4], results.get(0)[i]);
        }
        assertEquals((float) (1 / Math.sqrt(EPS)), results.get(2)[0]);
    }

    @ParameterizedTest
    @CsvSource({"0, 5, 4, 0", "2, 0, 4, 0", "2, 5, 0, 0", "0, 5, 4, 2", "2, 0, 4, 2"})
    void mapsWithoutElementsAgreeWithTheReference(int n, int hw, int c, int groups) {
        new Case(new int[] {n, hw, c}, groups, EPS, new float[0]).agrees(1e-7);
    }

    @Test
    void resultsAreTheSameEachTime() {
        Case some = Case.random(2, 700, 6, 3, 2, 3);
        List<float[]> first = some.on(EmulatedBackend.create());
        List<float[]> second = some.on(EmulatedBackend.create());
        for (int i = 0; i < first.size(); i++) {
            assertArrayEquals(first.get(i), second.get(i));
        }
    }

    /** A value that is no number, and an infinite one, spoil their own channel only. */
    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void whatIsNotFiniteStaysInItsSet(float value) {
        Case some = Case.random(1, 300, 4, 0, 2, 3);
        float[] clean = some.on(EmulatedBackend.create()).get(0);
        some.x()[4 * 17 + 2] = value;
        float[] out = some.on(EmulatedBackend.create()).get(0);
        for (int i = 0; i < out.length; i++) {
            assertEquals(i % 4 == 2 ? Float.NaN : clean[i], out[i]);
        }
    }

    @Test
    void otherOperandsAreRefused() {
        try (TestOperands operands = new TestOperands(EmulatedBackend.create())) {
            View x = operands.floats(new float[6], 3, 2);
            View c = operands.floats(new float[2], 2);
            View ints = operands.ints(new int[2], 2);
            View strided = new View(x.storage(), x.layout().permute(1, 0));
            var norm = operands.backend().norm();
            assertEquals(
                    "batchNorm: operand: expected dtype FLOAT32, got INT32",
                    assertThrows(
                                    DTypeException.class,
                                    () -> norm.batchNorm(x, ints, c, EPS, x, c, c))
                            .getMessage());
            String message =
                    assertThrows(
                                    DeviceException.class,
                                    () -> norm.batchNorm(strided, c, c, EPS, x, c, c))
                            .getMessage();
            assertTrue(
                    message.startsWith("batchNorm on cuda: operand: expected contiguous"), message);
        }
    }
}
