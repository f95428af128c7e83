package soma.cuda.emulator;

import soma.cuda.driver.OutOfDeviceMemoryException;
import soma.tensor.DeviceException;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Device memory: allocations with gaps between them, so that a step beyond one is seen. */
final class GlobalMemory {
    private static final long START = 0x700000000000L;
    private static final long ALIGNMENT = 256;

    /** At least so many bytes lie between two allocations. */
    private static final long GAP = 4096;

    private final long capacity;
    private final boolean full;
    private final ConcurrentSkipListMap<Long, Memory> live = new ConcurrentSkipListMap<>();
    private long next = START;
    private long used;

    GlobalMemory(long capacity, boolean full) {
        this.capacity = capacity;
        this.full = full;
    }

    long free() {
        return capacity - used;
    }

    synchronized Memory allocate(long bytes) {
        if (bytes > free() || bytes > Integer.MAX_VALUE - 8) {
            throw new OutOfDeviceMemoryException(bytes);
        }
        AccessLog log = full ? new AccessLog((int) bytes) : null;
        Memory memory =
                new Memory("allocation 0x" + Long.toHexString(next), next, (int) bytes, full, log);
        live.put(next, memory);
        next += (bytes + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        used += bytes;
        return memory;
    }

    synchronized void free(long address) {
        Memory memory = live.remove(address);
        if (memory == null) {
            throw new DeviceException(
                    "free: expected the address of an allocation, got 0x"
                            + Long.toHexString(address));
        }
        memory.free();
        used -= memory.size();
    }

    /** The allocation that a range lies in; null if there is none. */
    Memory find(long address, int width) {
        Map.Entry<Long, Memory> below = live.floorEntry(address);
        return below != null && below.getValue().holds(address, width) ? below.getValue() : null;
    }

    /**
     * The allocation that the host's range lies in.
     *
     * @throws DeviceException if it is not inside one
     */
    Memory require(String call, long address, long length) {
        Memory memory = length <= Integer.MAX_VALUE ? find(address, (int) length) : null;
        if (memory == null) {
            throw new DeviceException(
                    call
                            + ": expected "
                            + length
                            + " bytes inside an allocation, got "
                            + nearest(address));
        }
        return memory;
    }

    /** An address beside what lies nearest. */
    String nearest(long address) {
        String text = "address 0x" + Long.toHexString(address);
        Map.Entry<Long, Memory> below = live.floorEntry(address);
        return below == null
                ? text + ", below every allocation"
                : text + ", " + below.getValue().describe(address);
    }
}
