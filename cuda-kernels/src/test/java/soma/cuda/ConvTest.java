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

import java.util.List;
import java.util.Optional;

/** Every kernel of every direction of the convolution, on the emulator, against the reference. */
class ConvTest {
    /** Everything after the sum, and nothing. */
    private static final List<Integer> FORMS = List.of(7, 0);

    private final CudaBackend cuda = EmulatedBackend.create();
    private final Launcher launcher = new Launcher(cuda.driver());
    private final Backend reference = Device.cpuReference().backend();

    private void agrees(String name, ConvGeometry g, ConvKernels kernels, boolean coarse) {
        List<float[]> expected = ConvCases.results(g, reference, reference.conv(), coarse, FORMS);
        List<float[]> actual = ConvCases.results(g, cuda, kernels, coarse, FORMS);
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
        ConvKernels kernels = new CudaConv(launcher, gemm(), Optional.empty(), (_, _) -> tile);
        for (ConvGeometry g : ConvCases.all()) {
            agrees(tile.toString(), g, kernels, coarse);
        }
    }

    private Gemm gemm() {
        return new Gemm(cuda, launcher, GemmRung.PIPELINED);
    }

    @Test
    void chosenKernelsAgreeWithTheReference() {
        for (ConvGeometry g : ConvCases.all()) {
            agrees("chosen", g, cuda.conv(), false);
        }
    }

    @Test
    void sumsOverManyPixelsAreCutIntoSlicesAndRepeat() {
        ConvGeometry g = ConvCases.geometry(1, 40, 39, 4, 16, 3, 1, 1, 1, 1);
        assertEquals(6, Slices.of(1, ConvDirection.FILTER.terms(g), 36 * 16).count());
        agrees("chosen", g, cuda.conv(), false);
        assertArrayEquals(
                ConvCases.results(g, cuda, cuda.conv(), false, FORMS).getLast(),
                ConvCases.results(g, cuda, cuda.conv(), false, FORMS).getLast());
    }

    @Test
    void wideLayersTakeLargeTilesAndThinGroupsNone() {
        ConvGeometry wide = ConvCases.geometry(1, 200, 336, 256, 256, 3, 1, 1, 1, 1);
        ConvGeometry deep = ConvCases.geometry(1, 25, 42, 512, 512, 3, 1, 1, 1, 1);
        ConvGeometry thin = ConvCases.geometry(1, 200, 336, 128, 128, 3, 1, 1, 1, 32);
        for (ConvDirection direction : ConvDirection.values()) {
            assertEquals(ConvTile.TILED, ConvTile.of(GemmRung.PIPELINED, direction, wide));
            assertEquals(ConvTile.NAIVE, ConvTile.of(GemmRung.PIPELINED, direction, thin));
            assertEquals(ConvTile.SMALL, ConvTile.of(GemmRung.PIPELINED, direction, deep));
        }
    }
}
