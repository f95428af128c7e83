package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.DeviceProperties;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;
import soma.cuda.driver.OutOfDeviceMemoryException;
import soma.tensor.spi.Instruments.KernelCount;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts memory, and has none: for tests of what is asked of a driver. */
final class CountingDriver implements Driver {
    private final long memory;
    private final Map<Long, Long> blocks = new HashMap<>();
    private long next = 256;
    private long taken;
    private long allocations;

    CountingDriver(long memory) {
        this.memory = memory;
    }

    /** Bytes that are taken. */
    long taken() {
        return taken;
    }

    /** Blocks that were taken so far. */
    long allocations() {
        return allocations;
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties("counting", 7, 0, 1, memory, 48 << 10, 0);
    }

    @Override
    public long allocate(long bytes) {
        if (taken + bytes > memory) {
            throw new OutOfDeviceMemoryException(bytes);
        }
        long address = next;
        next += bytes + 256;
        blocks.put(address, bytes);
        taken += bytes;
        allocations++;
        return address;
    }

    @Override
    public void free(long address) {
        taken -= blocks.remove(address);
    }

    @Override
    public long freeMemory() {
        return memory - taken;
    }

    @Override
    public boolean isEmulated() {
        return true;
    }

    @Override
    public List<KernelCount> counts() {
        return List.of();
    }

    @Override
    public void resetCounts() {}

    @Override
    public void synchronize() {}

    @Override
    public void beginCapture() {}

    @Override
    public Graph endCapture() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    @Override
    public void upload(MemorySegment from, long to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void download(long from, MemorySegment to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(long from, long to, long bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public KernelModule load(String name, String ptx) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void launch(Kernel kernel, Geometry geometry, Arguments arguments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Event record() {
        throw new UnsupportedOperationException();
    }
}
