package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.tensor.Device;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.View;

import java.util.List;

/** Every kernel of every direction of the convolution, on the emulator, against the reference. */
class ConvTest {
    private static final int[][] CASES = {
        // n, h, w, ci, co, kernel, stride, padding, dilation, groups
        {1, 5, 7, 3, 5, 1, 1, 0, 1, 1},
        {2, 9, 8, 16, 17, 1, 2, 0, 1, 1},
        {1, 8, 9, 17, 33, 3, 1, 1, 1, 1},
        {2, 7, 9, 4, 8, 3, 2, 1, 1, 1},
        {1, 11, 10, 3, 16, 7, 2, 3, 1, 1},
        {1, 9, 9, 8, 8, 3, 1, 2, 2, 4},
        {1, 6, 6, 8, 8, 3, 1, 1, 1, 8},
        {1, 1, 1, 5, 6, 3, 1, 1, 1, 1},
        {1, 5, 6, 64, 64, 3, 1, 1, 1, 32},
        {1, 12, 13, 8, 68, 3, 1, 1, 1, 1},
        {2, 6, 7, 12, 20, 2, 2, 0, 1, 2},
        {1, 3, 3, 0, 4, 3, 1, 1, 1, 1},
        {0, 4, 4, 3, 4, 3, 1, 1, 1, 1}
    };

    private final CudaBackend cuda = EmulatedBackend.create();
    private final Launcher launcher = new Launcher(cuda.driver());
    private final Backend reference = Device.cpuReference().backend();

    private static ConvGeometry geometry(int[] c) {
        return new ConvGeometry(
                c[0], c[1], c[2], c[3], c[4], c[5], c[5], c[6], c[6], c[7], c[7], c[8], c[8], c[9]);
    }

    private static View x(DeviceOperands operands, ConvGeometry g, boolean coarse, long seed) {
        return operands.random(coarse, seed, g.n(), g.h(), g.w(), g.ci());
    }

    private static View w(DeviceOperands operands, ConvGeometry g, boolean coarse, long seed) {
        return operands.random(coarse, seed, g.kh(), g.kw(), g.ci() / g.groups(), g.co());
    }

    private static View out(DeviceOperands operands, ConvGeometry g, boolean coarse, long seed) {
        return operands.random(coarse, seed, g.n(), g.outH(), g.outW(), g.co());
    }

    /** Output with bias, residual and ReLU, output alone, and both gradients. */
    private static List<float[]> all(
            ConvGeometry g, Backend backend, ConvKernels kernels, boolean coarse) {
        DeviceOperands operands = new DeviceOperands(backend);
        View fused = out(operands, g, coarse, 9);
        View plain = out(operands, g, coarse, 9);
        View gradX = x(operands, g, coarse, 9);
        View gradW = w(operands, g, coarse, 9);
        View bias = operands.random(3, g.co());
        View residual = out(operands, g, coarse, 4);
        View gradOut = out(operands, g, coarse, 5);
        View x = x(operands, g, coarse, 1);
        View w = w(operands, g, coarse, 2);
        kernels.forward(g, x, w, bias, residual, true, fused);
        kernels.forward(g, x, w, null, null, false, plain);
        kernels.backwardData(g, gradOut, w, gradX);
        kernels.backwardFilter(g, x, gradOut, gradW);
        return List.of(
                operands.values(fused),
                operands.values(plain),
                operands.values(gradX),
                operands.values(gradW));
    }

    private void agrees(String name, int[] sizes, ConvKernels kernels, boolean coarse) {
        ConvGeometry g = geometry(sizes);
        List<float[]> expected = all(g, reference, reference.conv(), coarse);
        List<float[]> actual = all(g, cuda, kernels, coarse);
        for (int i = 0; i < expected.size(); i++) {
            double distance = DeviceOperands.distance(actual.get(i), expected.get(i));
            int result = i;
            assertTrue(
                    distance <= 1e-6,
                    () -> name + " " + g + ", result " + result + ": distance " + distance);
        }
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheReference(ConvTile tile) {
        boolean coarse = tile == ConvTile.TF32 || tile == ConvTile.BF16;
        ConvKernels kernels = new CudaConv(launcher, gemm(), (_, _) -> tile);
        for (int[] sizes : CASES) {
            agrees(tile.toString(), sizes, kernels, coarse);
        }
    }

    private Gemm gemm() {
        return new Gemm(cuda, launcher, GemmRung.PIPELINED);
    }

    @Test
    void chosenKernelsAgreeWithTheReference() {
        for (int[] sizes : CASES) {
            agrees("chosen", sizes, cuda.conv(), false);
        }
    }

    @Test
    void sumsOverManyPixelsAreCutIntoSlicesAndRepeat() {
        int[] sizes = {1, 40, 39, 4, 16, 3, 1, 1, 1, 1};
        ConvGeometry g = geometry(sizes);
        assertEquals(6, Slices.of(1, ConvDirection.FILTER.terms(g), 36 * 16).count());
        agrees("chosen", sizes, cuda.conv(), false);
        assertArrayEquals(
                all(g, cuda, cuda.conv(), false).get(3), all(g, cuda, cuda.conv(), false).get(3));
    }

    @Test
    void wideLayersTakeLargeTilesAndThinGroupsNone() {
        ConvGeometry wide = geometry(new int[] {1, 200, 336, 256, 256, 3, 1, 1, 1, 1});
        ConvGeometry deep = geometry(new int[] {1, 25, 42, 512, 512, 3, 1, 1, 1, 1});
        ConvGeometry thin = geometry(new int[] {1, 200, 336, 128, 128, 3, 1, 1, 1, 32});
        for (ConvDirection direction : ConvDirection.values()) {
            assertEquals(ConvTile.TILED, ConvTile.of(GemmRung.PIPELINED, direction, wide));
            assertEquals(ConvTile.NAIVE, ConvTile.of(GemmRung.PIPELINED, direction, thin));
            assertEquals(ConvTile.SMALL, ConvTile.of(GemmRung.PIPELINED, direction, deep));
        }
    }
}
