package soma.cuda;

import soma.tensor.DType;
import soma.tensor.Layout;
import soma.tensor.Shape;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

import java.util.Random;

/** Random float32 operands on any backend, and results brought back. */
public final class DeviceOperands {
    private final Backend backend;

    DeviceOperands(Backend backend) {
        this.backend = backend;
    }

    /**
     * Values in [-1, 1) of a seed, the same on every backend; coarse ones are multiples of 1/64,
     * which tf32 and bfloat16 hold exactly.
     */
    View random(boolean coarse, long seed, int... dims) {
        return random(coarse ? 64 : 1 << 23, seed, dims);
    }

    /** Values in [-1, 1) of a seed; the same on every backend. */
    View random(long seed, int... dims) {
        return random(false, seed, dims);
    }

    private View random(int steps, long seed, int... dims) {
        Random random = new Random(seed);
        Shape shape = Shape.of(dims);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextInt(2 * steps) - steps) / (float) steps;
        }
        Storage storage = backend.allocate(DType.FLOAT32, values.length, "test");
        backend.upload(values, 0, storage, 0, values.length);
        return new View(storage, Layout.contiguous(shape));
    }

    /** A contiguous view's values. */
    float[] values(View view) {
        float[] values = new float[view.shape().size()];
        backend.download(view.storage(), view.layout().offset(), values, 0, values.length);
        return values;
    }

    /** Largest distance of two results, relative to the second one's largest value. */
    public static double distance(float[] actual, float[] expected) {
        double largest = 1e-30;
        double distance = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double d = Math.abs((double) actual[i] - expected[i]);
            distance = d <= distance ? distance : d;
        }
        return distance / largest;
    }
}
