package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/** What all parts of the contract share: operands, and the comparison with the reference. */
abstract class DeviceContract {
    /** More than a GPU's grid may have in its second and third dimension (65,535). */
    static final int BEYOND_GRID = 65_537;

    private static final double SMALLEST = Double.MIN_VALUE;

    /** Where the kernels under test run. */
    protected abstract Device device();

    static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return v;
    }

    static Tensor tensor(long seed, int... dims) {
        return Tensor.of(random(Shape.of(dims).size(), seed), dims);
    }

    /**
     * Runs on the reference and on the device; elements may differ by {@code tolerance} of the
     * largest.
     */
    final void agree(double tolerance, Supplier<Tensor> f) {
        double[][] results = new double[2][];
        List<Shape> shapes = new ArrayList<>();
        int i = 0;
        for (Device device : List.of(Device.cpuReference(), device())) {
            try (Scope _ = Scope.open("contract", device)) {
                Tensor t = f.get();
                shapes.add(t.shape());
                results[i++] = t.toDoubles();
            }
        }
        assertEquals(shapes.get(0), shapes.get(1));
        double largest = 0;
        for (double v : results[0]) {
            largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        assertArrayEquals(results[0], results[1], tolerance * largest + SMALLEST);
    }

    /** The result, or the gradients of some inputs, in one vector. */
    static Tensor flat(List<Tensor> parts) {
        return Tensor.concat(
                0, parts.stream().map(t -> t.detach().reshape(t.size())).toArray(Tensor[]::new));
    }

    static Tensor gradients(Function<Tensor[], Tensor> f, Tensor... inputs) {
        Tensor[] leaves = new Tensor[inputs.length];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = inputs[i].leaf("x" + i);
        }
        Tensor y = f.apply(leaves);
        Gradients g = Autograd.backward(y, tensor(99, y.shape().dims()));
        List<Tensor> parts = new ArrayList<>(List.of(y));
        for (Tensor leaf : leaves) {
            // Each on its own scale, so that one large gradient does not hide errors in another.
            Tensor part = g.of(leaf);
            double largest = part.size() == 0 ? 1 : part.abs().max(false).item();
            parts.add(part.div(Math.max(1e-30, largest)));
        }
        return flat(parts);
    }
}
