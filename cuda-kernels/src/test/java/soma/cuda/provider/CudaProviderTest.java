package soma.cuda.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.spi.BackendProvider;

/** What becomes of {@code cuda} on a machine without a GPU. */
class CudaProviderTest {
    private static BackendProvider provider() {
        return Device.providers().stream()
                .filter(p -> p.name().equals("cuda"))
                .findFirst()
                .orElseThrow();
    }

    private static String reason() {
        return provider()
                .unavailable()
                .orElseGet(
                        () -> {
                            assumeTrue(false, "this machine has a GPU");
                            return "";
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "cuda:0", "cuda:1"})
    void fails(String name) {
        String reason = reason();

        DeviceException e = assertThrows(DeviceException.class, () -> Device.of(name));

        assertEquals("device " + name + ": " + reason, e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void autoTakesTheCpu() {
        assertFalse(reason().isEmpty());

        assertEquals("cpu", Device.of("auto").name());
    }

    @Test
    void accepts() {
        assertTrue(provider().accepts("cuda:7"));
        assertFalse(provider().accepts("cudas"));
        assertFalse(provider().accepts("cpu"));
    }
}
