package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.util.Random;
import java.util.function.Supplier;

/** The same computation on the reference and on the emulator, compared. */
final class Agreement {
    private Agreement() {}

    /**
     * Results have one shape, and elements differ by at most {@code tolerance} of the largest
     * finite one; NaN and infinities stand at the same places.
     */
    static void agree(double tolerance, Supplier<Tensor> computation) {
        double[] expected;
        Shape shape;
        try (Scope _ = Scope.open("expected", Device.cpuReference())) {
            Tensor t = computation.get();
            shape = t.shape();
            expected = t.toDoubles();
        }
        try (Scope _ = Scope.open("actual", Device.of("emulator"))) {
            Tensor t = computation.get();
            double largest = 0;
            for (double v : expected) {
                largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
            }
            assertEquals(shape, t.shape());
            assertArrayEquals(expected, t.toDoubles(), tolerance * largest + Double.MIN_VALUE);
        }
    }

    /** Normally distributed numbers of a seed, on the device of the current scope. */
    static Tensor tensor(long seed, int... dims) {
        Random random = new Random(seed);
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, dims);
    }
}
