package soma.cuda;

import soma.cuda.driver.Driver;
import soma.cuda.driver.OutOfDeviceMemoryException;
import soma.tensor.DType;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.MemoryReport;
import soma.tensor.spi.Storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * A caching allocator. All kernels run in one stream, so memory that is given back may be handed
 * out at once: what still reads it runs before what will write it.
 *
 * <p>Sizes are rounded up to one of eight steps per power of two, so that images of similar sizes
 * share blocks; a request takes the smallest idle block that fits and is at most half again as
 * large.
 */
final class DeviceMemory {
    private static final long SMALLEST = 512;

    /** What an error lists. */
    private static final int NAMED_OPS = 5;

    /**
     * A piece of device memory.
     *
     * @param address where it begins
     * @param bytes its length
     */
    record Block(long address, long bytes) {}

    private final Driver driver;
    private final NavigableMap<Long, ArrayDeque<Block>> idle = new TreeMap<>();
    private final Set<CudaStorage> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private long liveBytes;
    private long idleBytes;
    private long allocations;

    DeviceMemory(Driver driver) {
        this.driver = driver;
    }

    /** A buffer of unspecified content. */
    synchronized CudaStorage allocate(Backend owner, DType dtype, int size, String op) {
        Block block = take((long) size * dtype.bytes(), op);
        CudaStorage storage = new CudaStorage(dtype, size, op, owner, this, block);
        live.add(storage);
        liveBytes += block.bytes();
        return storage;
    }

    /** Takes back the memory of a buffer that nobody holds any more. */
    synchronized void recycle(CudaStorage storage) {
        if (live.remove(storage)) {
            Block block = storage.block();
            liveBytes -= block.bytes();
            idleBytes += block.bytes();
            idle.computeIfAbsent(block.bytes(), _ -> new ArrayDeque<>()).addLast(block);
        }
    }

    /** Gives all idle memory back to the device. */
    synchronized void trim() {
        idle.values().forEach(blocks -> blocks.forEach(b -> driver.free(b.address())));
        idle.clear();
        idleBytes = 0;
    }

    /** What is live and what is idle. */
    synchronized MemoryReport report() {
        return new MemoryReport(liveBytes, idleBytes, allocations, entries());
    }

    private Block take(long bytes, String op) {
        long wanted = rounded(bytes);
        Map.Entry<Long, ArrayDeque<Block>> fit = idle.ceilingEntry(wanted);
        if (fit != null && fit.getKey() <= wanted + wanted / 2) {
            Block block = fit.getValue().removeLast();
            if (fit.getValue().isEmpty()) {
                idle.remove(fit.getKey());
            }
            idleBytes -= block.bytes();
            return block;
        }
        Block block = new Block(fromDriver(wanted, op), wanted);
        allocations++;
        return block;
    }

    private long fromDriver(long bytes, String op) {
        try {
            return driver.allocate(bytes);
        } catch (OutOfDeviceMemoryException _) {
            trim();
        }
        try {
            return driver.allocate(bytes);
        } catch (OutOfDeviceMemoryException _) {
            throw new DeviceException(outOfMemory(bytes, op));
        }
    }

    private String outOfMemory(long bytes, String op) {
        StringBuilder text = new StringBuilder();
        text.append("out of device memory: ")
                .append(op)
                .append(" asked for ")
                .append(mib(bytes))
                .append(", tensors hold ")
                .append(mib(liveBytes))
                .append(", ")
                .append(mib(driver.freeMemory()))
                .append(" of ")
                .append(mib(driver.properties().memory()))
                .append(" are free; most is held by ");
        List<MemoryReport.Entry> entries = entries();
        for (int i = 0; i < Math.min(NAMED_OPS, entries.size()); i++) {
            MemoryReport.Entry entry = entries.get(i);
            text.append(i == 0 ? "" : ", ")
                    .append(entry.origin())
                    .append(" (")
                    .append(mib(entry.bytes()))
                    .append(')');
        }
        return text.toString();
    }

    private static String mib(long bytes) {
        return String.format(java.util.Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    private List<MemoryReport.Entry> entries() {
        Map<String, MemoryReport.Entry> byOrigin = new HashMap<>();
        for (Storage storage : live) {
            long bytes = ((CudaStorage) storage).block().bytes();
            byOrigin.merge(
                    storage.origin(),
                    new MemoryReport.Entry(storage.origin(), 1, bytes),
                    (a, b) ->
                            new MemoryReport.Entry(
                                    a.origin(), a.buffers() + b.buffers(), a.bytes() + b.bytes()));
        }
        List<MemoryReport.Entry> entries = new ArrayList<>(byOrigin.values());
        entries.sort(
                Comparator.comparingLong(MemoryReport.Entry::bytes)
                        .reversed()
                        .thenComparing(MemoryReport.Entry::origin));
        return entries;
    }

    private static long rounded(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(256, Long.highestOneBit(bytes - 1) / 8);
        return (bytes + step - 1) / step * step;
    }
}
