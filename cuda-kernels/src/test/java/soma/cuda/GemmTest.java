package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.Layout;
import soma.tensor.Shape;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.Precision;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every rung of the ladder of matrix products, on the emulator, against the reference. */
class GemmTest {
    private final CudaBackend cuda = EmulatedBackend.create();
    private final Backend reference = Device.cpuReference().backend();

    /** A product and what surrounds it. */
    private record Case(
            int m,
            int n,
            int k,
            boolean transposeA,
            boolean transposeB,
            boolean bias,
            boolean residual,
            boolean relu,
            boolean accumulate) {
        Case withoutEpilogue() {
            return new Case(m, n, k, transposeA, transposeB, false, false, false, accumulate);
        }

        float[] run(Backend backend, MatMulKernels kernels, boolean coarse) {
            DeviceOperands operands = new DeviceOperands(backend);
            View out = operands.random(5, m, n);
            kernels.matMul(
                    transposeA
                            ? operands.random(coarse, 1, k, m)
                            : operands.random(coarse, 1, m, k),
                    transposeA,
                    transposeB
                            ? operands.random(coarse, 2, n, k)
                            : operands.random(coarse, 2, k, n),
                    transposeB,
                    bias ? operands.random(3, n) : null,
                    residual ? operands.random(4, m, n) : null,
                    relu,
                    accumulate,
                    out);
            return operands.values(out);
        }
    }

    private static List<Case> cases() {
        int[][] sizes = {
            {1, 1, 1},
            {5, 3, 0},
            {0, 4, 5},
            {4, 0, 5},
            {7, 17, 33},
            {70, 36, 20},
            {129, 132, 9},
            {3, 5, 600}
        };
        List<Case> cases = new ArrayList<>();
        for (int[] s : sizes) {
            for (int t = 0; t < 4; t++) {
                boolean ta = (t & 1) != 0;
                boolean tb = (t & 2) != 0;
                boolean one = t == 0 || t == 3;
                cases.add(new Case(s[0], s[1], s[2], ta, tb, one, t == 3, t >= 2, t == 1));
            }
        }
        return cases;
    }

    private MatMulKernels rung(GemmRung rung) {
        return new CudaMatMul(new Gemm(cuda, new Launcher(cuda.driver()), rung));
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheReference(GemmRung rung) {
        for (Case c : cases()) {
            // The reference clamps, but never adds to what it clamped.
            Case valid = c.accumulate() ? c.withoutEpilogue() : c;
            boolean coarse = rung == GemmRung.TF32 || rung == GemmRung.BF16;
            float[] expected = valid.run(reference, reference.matMul(), coarse);
            float[] actual = valid.run(cuda, rung(rung), coarse);
            double distance = DeviceOperands.distance(actual, expected);
            assertTrue(distance <= 1e-6, () -> rung + " " + valid + ": distance " + distance);
        }
    }

    @Test
    void agreesWhereALibraryMultiplies() {
        HostBlas library = new HostBlas(cuda.driver());
        Launcher launcher = new Launcher(cuda.driver());
        MatMulKernels kernels =
                new CudaMatMul(cuda, launcher, Precision.FLOAT32, Optional.of(library));
        int products = 0;
        for (Case c : cases()) {
            Case valid = c.accumulate() ? c.withoutEpilogue() : c;
            float[] expected = valid.run(reference, reference.matMul(), false);
            double distance = DeviceOperands.distance(valid.run(cuda, kernels, false), expected);
            assertTrue(distance <= 1e-6, () -> valid + ": distance " + distance);
            products += (long) c.m() * c.n() * c.k() == 0 ? 0 : 1;
        }
        assertEquals(products, library.calls());
    }

    @ParameterizedTest
    @EnumSource(names = {"TF32", "BF16"})
    void factorsAreRoundedToTheRungsPrecision(GemmRung rung) {
        double step = rung == GemmRung.TF32 ? 0x1p-11 : 0x1p-8;
        Case c = new Case(33, 40, 64, false, false, false, false, false, false);
        float[] expected = c.run(reference, reference.matMul(), false);
        double distance = DeviceOperands.distance(c.run(cuda, rung(rung), false), expected);
        assertTrue(distance > step / 100 && distance < step, () -> rung + ": " + distance);
    }

    @Test
    void rungsOfFloat32GiveTheSameBits() {
        Case c = new Case(70, 36, 45, false, true, true, true, true, false);
        float[] naive = c.run(cuda, rung(GemmRung.NAIVE), false);
        for (GemmRung rung :
                List.of(GemmRung.TILED, GemmRung.REGISTER, GemmRung.PIPELINED, GemmRung.ASYNC)) {
            assertArrayEquals(naive, c.run(cuda, rung(rung), false), rung::toString);
        }
    }

    @Test
    void longSumsAreCutIntoSlices() {
        Case c = new Case(9, 12, 5000, false, false, true, true, true, false);
        float[] expected = c.run(reference, reference.matMul(), false);
        float[] first = c.run(cuda, cuda.matMul(), false);
        assertTrue(DeviceOperands.distance(first, expected) <= 1e-6);
        assertArrayEquals(first, c.run(cuda, cuda.matMul(), false));
        // 19 of at least 256 terms would do; cut at multiples of 32 they are 18 of 288.
        assertEquals(new Slices(18, 288), Slices.of(1, 5000, 108));
        assertTrue(
                cuda.memory().live().stream().noneMatch(e -> e.origin().equals("matmul_slices")));
    }

    @Test
    void operandsMayLieAnywhere() {
        DeviceOperands there = new DeviceOperands(cuda);
        View a = shifted(there.random(1, 400), 3, 17, 20);
        View b = shifted(there.random(2, 801), 1, 20, 40);
        View out = shifted(there.random(3, 700), 2, 17, 40);
        cuda.matMul().matMul(a, false, b, false, null, null, false, false, out);
        DeviceOperands here = new DeviceOperands(reference);
        View expected = shifted(here.random(3, 700), 2, 17, 40);
        reference
                .matMul()
                .matMul(
                        shifted(here.random(1, 400), 3, 17, 20),
                        false,
                        shifted(here.random(2, 801), 1, 20, 40),
                        false,
                        null,
                        null,
                        false,
                        false,
                        expected);
        assertTrue(DeviceOperands.distance(there.values(out), here.values(expected)) <= 1e-6);
    }

    private static View shifted(View whole, int offset, int rows, int columns) {
        Layout part = whole.layout().slice(0, offset, offset + rows * columns, 1);
        return new View(whole.storage(), part.reshape(Shape.of(rows, columns)));
    }

    @Test
    void otherTypesAreRefused() {
        DeviceOperands operands = new DeviceOperands(cuda);
        View a = operands.random(1, 2, 2);
        View ints =
                new View(cuda.allocate(DType.INT32, 4, "test"), Layout.contiguous(Shape.of(2, 2)));
        String message =
                assertThrows(
                                DTypeException.class,
                                () ->
                                        cuda.matMul()
                                                .matMul(
                                                        a, false, ints, false, null, null, false,
                                                        false, a))
                        .getMessage();
        assertTrue(message.contains("matmul: b"), message);
    }

    @Test
    void precisionChoosesTheRungAndTheConvolution() {
        assertEquals(GemmRung.PIPELINED, GemmRung.configured(CudaProperties.precision()));
        ConvGeometry g = new ConvGeometry(1, 8, 8, 32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        for (Precision precision : Precision.values()) {
            GemmRung rung =
                    new CudaMatMul(cuda, new Launcher(cuda.driver()), precision, Optional.empty())
                            .gemm()
                            .rung();
            ConvTile tile = ConvTile.of(rung, ConvDirection.FORWARD, g);
            String name = precision == Precision.FLOAT32 ? "SMALL" : precision.name();
            assertEquals(name, tile.name());
        }
    }

    @Test
    void unknownRungsAreNamed() {
        String message =
                assertThrows(
                                DeviceException.class,
                                () ->
                                        CudaProperties.parse(
                                                GemmRung.PROPERTY, "fastest", GemmRung.class))
                        .getMessage();
        assertTrue(message.contains("soma.cuda.gemm") && message.contains("tiled"), message);
    }
}
