package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Precision;
import soma.tensor.spi.View;

import java.util.Locale;
import java.util.Optional;

/** Whether a backend multiplies in the precision it was set to. */
class PrecisionTest {
    private static final int M = 20;
    private static final int K = 32;
    private static final int N = 24;

    private final CudaBackend cuda = EmulatedBackend.create();

    @ParameterizedTest
    @EnumSource
    void factorsAreRoundedToIt(Precision precision) {
        float[] exact = product(cuda, Precision.FLOAT32);
        cuda.precision(precision);
        float[] actual = product(cuda, Precision.FLOAT32);
        float[] expected = product(Device.cpuReference().backend(), precision);
        double distance = DeviceOperands.distance(actual, expected);
        assertTrue(distance <= 1e-6, () -> precision + ": distance " + distance);
        double rounding = DeviceOperands.distance(actual, exact);
        assertEquals(precision != Precision.FLOAT32, rounding > 1e-5, precision::toString);
        cuda.precision(Precision.FLOAT32);
        assertArrayEquals(exact, product(cuda, Precision.FLOAT32));
    }

    @Test
    void aLibraryIsToldToo() {
        HostBlas library = new HostBlas(cuda.driver());
        CudaBackend backend =
                new CudaBackend(cuda.driver(), Optional.of(library), Optional.empty());
        backend.precision(Precision.BF16);
        assertEquals(Precision.BF16, library.precision());
    }

    @ParameterizedTest
    @EnumSource(names = {"TF32", "BF16"})
    void processorsRefuseAllButFloat32(Precision precision) {
        for (Device device : new Device[] {Device.cpu(), Device.cpuReference()}) {
            device.precision(Precision.FLOAT32);
            String message =
                    assertThrows(DeviceException.class, () -> device.precision(precision))
                            .getMessage();
            assertEquals(
                    "device "
                            + device.name()
                            + ": precision: expected float32, the only one that this device"
                            + " multiplies in, got "
                            + precision.name().toLowerCase(Locale.ROOT),
                    message);
        }
    }

    /** The product [M,N] of random matrices whose elements are rounded beforehand. */
    private static float[] product(Backend backend, Precision rounding) {
        DeviceOperands operands = new DeviceOperands(backend);
        View a = operands.random(1, M, K);
        View b = operands.random(2, K, N);
        round(backend, operands, a, rounding);
        round(backend, operands, b, rounding);
        View out = operands.random(3, M, N);
        backend.matMul().matMul(a, false, b, false, null, null, false, false, out);
        return operands.values(out);
    }

    private static void round(
            Backend backend, DeviceOperands operands, View view, Precision precision) {
        float[] values = operands.values(view);
        for (int i = 0; i < values.length; i++) {
            values[i] = rounded(values[i], precision);
        }
        backend.upload(values, 0, view.storage(), view.layout().offset(), values.length);
    }

    /** The value with 23, 10 or 7 bits of mantissa, halves to even but for tf32's away from 0. */
    private static float rounded(float value, Precision precision) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat(
                switch (precision) {
                    case FLOAT32 -> bits;
                    case TF32 -> (bits + 0x1000) & ~0x1fff;
                    case BF16 -> (bits + 0x7fff + (bits >>> 16 & 1)) & ~0xffff;
                });
    }
}
