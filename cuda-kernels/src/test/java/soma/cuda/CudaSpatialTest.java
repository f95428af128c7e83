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
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.View;

import java.util.Random;

/** What the contract leaves open: offsets, any ratio, windows at all edges, hard numbers. */
class CudaSpatialTest {
    private static final double TOLERANCE = 1e-6;

    /** The same call on the reference and on the emulator. */
    private interface Call<T> {
        T on(TestOperands operands, SpatialKernels kernels);
    }

    private static <T> T run(Backend backend, Call<T> call) {
        try (TestOperands operands = new TestOperands(backend)) {
            return call.on(operands, backend.spatial());
        }
    }

    private static void agree(Call<float[]> call) {
        float[] expected = run(Device.cpuReference().backend(), call);
        float[] actual = run(EmulatedBackend.create(), call);
        double distance = DeviceOperands.distance(actual, expected);
        assertTrue(distance <= TOLERANCE, "distance " + distance);
    }

    private static float[] gaussian(long seed, int size) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static View map(TestOperands operands, long seed, int... dims) {
        return operands.floats(gaussian(seed, size(dims)), dims);
    }

    private static int size(int... dims) {
        int size = 1;
        for (int d : dims) {
            size *= d;
        }
        return size;
    }

    /** Up, down, and by ratios whose products with positions round either way. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1",
        "1, 1, 5, 7",
        "5, 7, 1, 1",
        "7, 5, 7, 5",
        "3, 4, 6, 8",
        "6, 8, 3, 4",
        "10, 3, 7, 11",
        "13, 29, 41, 9",
        "49, 50, 22, 23",
        "1, 61, 1, 59",
        "2, 3, 33, 64"
    })
    void resizesAgreeWithTheReference(int h, int w, int outH, int outW) {
        for (int c : new int[] {1, 3}) {
            int[] in = {2, h, w, c};
            int[] out = {2, outH, outW, c};
            agree(resize(SpatialKernels::nearest, in, out));
            agree(resize(SpatialKernels::bilinear, in, out));
            agree(resize(SpatialKernels::nearestBackward, out, in));
            agree(resize(SpatialKernels::bilinearBackward, out, in));
        }
    }

    private interface Resize {
        void run(SpatialKernels kernels, View from, View to);
    }

    private static Call<float[]> resize(Resize resize, int[] from, int[] to) {
        return (operands, kernels) -> {
            View result = operands.empty(DType.FLOAT32, to);
            resize.run(kernels, map(operands, 1, from), result);
            return operands.floats(result);
        };
    }

    /** More ratios than tables are kept of, and then the first again. */
    @Test
    void tablesOfManyRatiosComeAndGo() {
        agree(
                (operands, kernels) -> {
                    View x = map(operands, 1, 1, 2, 3, 1);
                    for (int w = 80; w > 0; w--) {
                        kernels.bilinear(x, operands.empty(DType.FLOAT32, 1, 2, w, 1));
                    }
                    View again = operands.empty(DType.FLOAT32, 1, 2, 80, 1);
                    kernels.bilinear(x, again);
                    return operands.floats(again);
                });
    }

    private static ConvGeometry pool(
            int n, int h, int w, int c, int k, int stride, int pad, int dilation) {
        return new ConvGeometry(
                n, h, w, c, c, k, k, stride, stride, pad, pad, dilation, dilation, 1);
    }

    private static int[] output(ConvGeometry g) {
        return new int[] {g.n(), g.outH(), g.outW(), g.ci()};
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 0, 1",
        "5, 4, 3, 2, 1, 1",
        "5, 4, 3, 1, 1, 1",
        "7, 9, 2, 3, 0, 1",
        "8, 7, 3, 2, 1, 2",
        "6, 6, 1, 2, 0, 1",
        "4, 11, 4, 1, 2, 1"
    })
    void poolsAgreeWithTheReference(int h, int w, int k, int stride, int pad, int dilation) {
        for (int c : new int[] {1, 5}) {
            ConvGeometry g = pool(2, h, w, c, k, stride, pad, dilation);
            float[] coarse = gaussian(3, size(2, h, w, c));
            for (int i = 0; i < coarse.length; i++) {
                coarse[i] = Math.round(coarse[i]); // ties
            }
            assertIndices(g, coarse);
            agree((operands, kernels) -> operands.floats(maxPool(operands, kernels, g, coarse)[0]));
            agree(
                    (operands, kernels) -> {
                        View indices = maxPool(operands, kernels, g, coarse)[1];
                        View gradX = operands.empty(DType.FLOAT32, 2, h, w, c);
                        View gradOut = map(operands, 4, output(g));
                        kernels.maxPoolBackward(g, gradOut, indices, gradX);
                        return operands.floats(gradX);
                    });
        }
    }

    private static void assertIndices(ConvGeometry g, float[] x) {
        Call<int[]> indices =
                (operands, kernels) -> operands.ints(maxPool(operands, kernels, g, x)[1]);
        assertArrayEquals(
                run(Device.cpuReference().backend(), indices),
                run(EmulatedBackend.create(), indices));
    }

    /** Maxima and their indices. */
    private static View[] maxPool(
            TestOperands operands, SpatialKernels kernels, ConvGeometry g, float[] x) {
        View out = operands.empty(DType.FLOAT32, output(g));
        View indices = operands.empty(DType.INT32, output(g));
        kernels.maxPool(g, operands.floats(x, g.n(), g.h(), g.w(), g.ci()), out, indices);
        return new View[] {out, indices};
    }

    /** NaN wins over all numbers; minus infinity is found in windows that begin in the padding. */
    @Test
    void valuesThatAreNotFinitePoolAsInTheReference() {
        ConvGeometry g = pool(1, 4, 5, 1, 3, 1, 1, 1);
        float[] x = gaussian(5, 20);
        x[7] = Float.NaN;
        x[0] = Float.NEGATIVE_INFINITY;
        x[1] = Float.NEGATIVE_INFINITY;
        x[5] = Float.NEGATIVE_INFINITY;
        x[6] = Float.NEGATIVE_INFINITY;
        x[18] = Float.POSITIVE_INFINITY;
        Call<float[]> maxima =
                (operands, kernels) -> operands.floats(maxPool(operands, kernels, g, x)[0]);
        assertArrayEquals(
                run(Device.cpuReference().backend(), maxima),
                run(EmulatedBackend.create(), maxima));
        assertIndices(g, x);
    }

    @Test
    void mapsWithoutElementsAreNoWork() {
        CudaBackend backend = EmulatedBackend.create();
        try (TestOperands operands = new TestOperands(backend)) {
            View none = operands.empty(DType.FLOAT32, 0, 4, 4, 2);
            View out = operands.empty(DType.FLOAT32, 0, 2, 2, 2);
            View indices = operands.empty(DType.INT32, 0, 2, 2, 2);
            ConvGeometry g = pool(0, 4, 4, 2, 2, 2, 0, 1);
            backend.spatial().maxPool(g, none, out, indices);
            backend.spatial().maxPoolBackward(g, out, indices, none);
            backend.spatial().nearest(none, out);
            backend.spatial().bilinearBackward(out, none);
            assertEquals(0, backend.launches());
        }
    }

    @Test
    void otherTypesAreRefused() {
        try (TestOperands operands = new TestOperands(EmulatedBackend.create())) {
            View x = operands.ints(new int[4], 1, 2, 2, 1);
            View out = operands.empty(DType.FLOAT32, 1, 4, 4, 1);
            assertEquals(
                    "bilinear: map: expected dtype FLOAT32, got INT32",
                    assertThrows(
                                    DTypeException.class,
                                    () -> operands.backend().spatial().bilinear(x, out))
                            .getMessage());
        }
    }
}
