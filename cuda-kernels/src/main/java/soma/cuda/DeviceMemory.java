package soma.cuda;

import soma.cuda.BlockPool.Block;
import soma.cuda.driver.Driver;
import soma.cuda.driver.OutOfDeviceMemoryException;
import soma.tensor.DType;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.MemoryReport;
import soma.tensor.spi.Storage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A caching allocator: which buffers are live, and a {@link BlockPool} behind them. All kernels run
 * in one stream, so memory that is given back may be handed out at once: what still reads it runs
 * before what will write it.
 *
 * <p>Sizes are rounded up to one of eight steps per power of two, so that images of similar sizes
 * share blocks. Idle and live memory together stay within a quarter above the most that was ever
 * live at once, so a repeated step finds all its blocks again while a change of sizes lets go of
 * the old ones.
 */
final class DeviceMemory {
    private static final long SMALLEST = 512;

    /** What an error lists. */
    private static final int NAMED_OPS = 5;

    /** What may be idle beyond the quarter. */
    private static final long SLACK = 64L << 20;

    private final Driver driver;
    private final BlockPool pool = new BlockPool();
    private final Set<CudaStorage> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private long liveBytes;
    private long peakBytes;
    private long allocations;
    private long graphBytes;

    /** Blocks of graphs, by whose they are. */
    private final Map<Block, GraphMemory> graphs = new HashMap<>();

    /** That of the graph that is being recorded, or null. */
    private GraphMemory recording;

    DeviceMemory(Driver driver) {
        this.driver = driver;
    }

    /** A buffer of unspecified content. */
    synchronized CudaStorage allocate(Backend owner, DType dtype, int size, String op) {
        Block block = take((long) size * dtype.bytes(), op);
        CudaStorage storage = new CudaStorage(dtype, size, op, owner, this, block);
        live.add(storage);
        liveBytes += block.bytes();
        peakBytes = Math.max(peakBytes, liveBytes);
        return storage;
    }

    /** Takes back the memory of a buffer that nobody holds any more. */
    synchronized void recycle(CudaStorage storage) {
        if (live.remove(storage)) {
            Block block = storage.block();
            liveBytes -= block.bytes();
            GraphMemory owner = graphs.get(block);
            if (owner != null) {
                owner.idle().add(block);
                graphBytes += block.bytes();
            } else {
                pool.give(block);
                shrink();
            }
        }
    }

    private void shrink() {
        if (recording == null) { // memory can't be given back meanwhile
            pool.shrinkTo(Math.max(0, peakBytes + peakBytes / 4 + SLACK - liveBytes), driver::free);
        }
    }

    /** Begins to set aside what is handed out: it will be a graph's. */
    synchronized void beginCapture() {
        recording = new GraphMemory();
    }

    /**
     * Ends it. From here on nobody else gets those blocks, also where the buffers that had them are
     * let go.
     */
    synchronized GraphMemory endCapture() {
        GraphMemory done = recording;
        recording = null;
        done.idle().addAll(pool.removeAll(done.blocks()));
        graphBytes += bytes(done);
        done.blocks().forEach(block -> graphs.put(block, done));
        return done;
    }

    /** Holds a buffer for the graph that is being recorded, if there is one. */
    synchronized void holdForGraph(Storage storage) {
        if (recording != null) {
            recording.hold(storage);
        }
    }

    /** Takes back the memory of a graph that isn't started any more. */
    synchronized void release(GraphMemory graph) {
        graph.releaseHeld();
        graph.blocks().forEach(graphs::remove);
        graphBytes -= bytes(graph);
        graph.idle().forEach(pool::give);
        graph.idle().clear();
        shrink();
    }

    private static long bytes(GraphMemory graph) {
        return graph.idle().stream().mapToLong(Block::bytes).sum();
    }

    /** Gives all idle memory back to the device and forgets the peak. */
    synchronized void trim() {
        pool.shrinkTo(0, driver::free);
        peakBytes = liveBytes;
    }

    /** What is live, and what is idle or a graph's. */
    synchronized MemoryReport report() {
        return new MemoryReport(liveBytes, pool.idleBytes() + graphBytes, allocations, entries());
    }

    private Block take(long bytes, String op) {
        long wanted = rounded(bytes);
        Block block = pool.take(wanted);
        if (block == null && recording != null) {
            throw Driver.uncapturable(
                    "memory taken from the driver (" + op + " wants " + mib(wanted) + ")");
        }
        if (block == null) {
            block = new Block(fromDriver(bytes, wanted, op), wanted);
            allocations++;
        }
        if (recording != null) {
            recording.add(block);
        }
        return block;
    }

    /** So much of the driver, if need be by giving it all idle memory back. */
    private long fromDriver(long asked, long wanted, String op) {
        try {
            return driver.allocate(wanted);
        } catch (OutOfDeviceMemoryException _) {
            pool.shrinkTo(0, driver::free);
        }
        try {
            return driver.allocate(wanted);
        } catch (OutOfDeviceMemoryException _) {
            throw new DeviceException(outOfMemory(asked, op));
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
                .append(" are free");
        List<MemoryReport.Entry> entries = entries();
        for (int i = 0; i < Math.min(NAMED_OPS, entries.size()); i++) {
            MemoryReport.Entry entry = entries.get(i);
            text.append(i == 0 ? "; most is held by " : ", ")
                    .append(entry.origin())
                    .append(" (")
                    .append(mib(entry.bytes()))
                    .append(')');
        }
        return text.toString();
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
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
