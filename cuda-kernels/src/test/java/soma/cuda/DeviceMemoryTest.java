package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.DeviceException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The caching allocator, on a driver that only counts. */
class DeviceMemoryTest {
    private static final int MIB = 1 << 20;

    private final CountingDriver driver = new CountingDriver(1024L * MIB);
    private final DeviceMemory memory = new DeviceMemory(driver);

    private CudaStorage floats(int count, String op) {
        return memory.allocate(null, DType.FLOAT32, count, op);
    }

    /** A step of sizes that are the same each time. */
    private void step(long seed) {
        Random random = new Random(seed);
        List<CudaStorage> held = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            held.add(floats(random.nextInt(500_000), "conv"));
            if (random.nextInt(3) == 0) {
                memory.recycle(held.remove(random.nextInt(held.size())));
            }
        }
        held.forEach(memory::recycle);
    }

    @Test
    void repeatedStepAllocatesNothing() {
        for (int i = 0; i < 5; i++) {
            step(1);
        }
        long first = memory.report().allocations();
        for (int i = 0; i < 20; i++) {
            step(1);
        }

        assertEquals(first, memory.report().allocations());
        assertEquals(first, driver.allocations());
        assertEquals(0, memory.report().liveBytes());
    }

    @Test
    void changingSizesStayWithinTheBound() {
        for (int i = 0; i < 50; i++) {
            step(i);
        }
        long peak = driver.taken();

        // At most 200 buffers of 2 MB, of which a third comes back: under 300 MB live at once.
        assertTrue(peak <= 1.25 * 300e6 + 64 * MIB, "holds " + peak + " bytes");
        assertEquals(driver.taken(), memory.report().pooledBytes());
    }

    @Test
    void reusesABlockThatIsALittleLarger() {
        CudaStorage large = floats(1200, "conv");
        long address = large.address();
        memory.recycle(large);

        assertEquals(address, floats(1000, "conv").address());
        assertEquals(1, driver.allocations());
    }

    @Test
    void keepsABlockThatIsMuchLarger() {
        memory.recycle(floats(4000, "conv"));
        floats(1000, "conv");

        assertEquals(2, driver.allocations());
    }

    @Test
    void trimGivesAllIdleMemoryBack() {
        CudaStorage kept = floats(1000, "conv");
        memory.recycle(floats(100_000, "conv"));
        memory.trim();

        assertEquals(0, memory.report().pooledBytes());
        assertEquals(memory.report().liveBytes(), driver.taken());
        memory.recycle(kept);
    }

    @Test
    void givesIdleMemoryBackBeforeItFails() {
        memory.recycle(floats(128 * MIB, "conv"));
        floats(160 * MIB, "matmul");

        assertEquals(640L * MIB, driver.taken());
    }

    @Test
    void namesTheRequestAndWhoHoldsMost() {
        floats(128 * MIB, "conv");
        floats(56 * MIB, "relu");
        floats(28 * MIB, "conv");

        DeviceException e =
                assertThrows(DeviceException.class, () -> floats(150 * MIB, "roi_align"));

        assertEquals(
                "out of device memory: roi_align asked for 600.0 MiB, tensors hold 848.0 MiB, 176.0"
                        + " MiB of 1024.0 MiB are free; most is held by conv (624.0 MiB), relu"
                        + " (224.0 MiB)",
                e.getMessage());
    }

    @Test
    void failsWhenNothingIsHeld() {
        DeviceException e = assertThrows(DeviceException.class, () -> floats(500 * MIB, "conv"));

        assertEquals(
                "out of device memory: conv asked for 2000.0 MiB, tensors hold 0.0 MiB, 1024.0 MiB"
                        + " of 1024.0 MiB are free",
                e.getMessage());
    }

    @Test
    void returnsABlockOnce() {
        CudaStorage storage = floats(1000, "conv");
        memory.recycle(storage);
        memory.recycle(storage);

        assertEquals(4096, memory.report().pooledBytes());
    }
}
