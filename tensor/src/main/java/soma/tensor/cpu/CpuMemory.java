package soma.tensor.cpu;

import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.MemoryReport;
import soma.tensor.spi.Storage;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The memory of a CPU backend: which buffers are live, and a {@link BufferPool} behind them. Idle
 * and live memory together stay within a quarter above the most that was ever live at once, so a
 * repeated step finds all its buffers again while a change of sizes lets go of the old ones.
 */
final class CpuMemory {
    private static final long SLACK = 64L << 20;

    private final BufferPool pool = new BufferPool();
    private final Set<CpuStorage> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private long liveBytes;
    private long peakBytes;

    /** A buffer with unspecified content. */
    synchronized CpuStorage allocate(Backend owner, DType dtype, int size, String op) {
        Object array = pool.take(dtype, size);
        CpuStorage storage = CpuStorage.wrap(dtype, size, op, array, owner, this);
        live.add(storage);
        liveBytes += bytes(storage);
        peakBytes = Math.max(peakBytes, liveBytes);
        return storage;
    }

    /** Takes back the array of a buffer that nobody holds any more. */
    synchronized void recycle(CpuStorage storage) {
        if (live.remove(storage)) {
            liveBytes -= bytes(storage);
            pool.give(storage.dtype(), storage.array());
            pool.shrinkTo(Math.max(0, peakBytes + peakBytes / 4 + SLACK - liveBytes));
        }
    }

    /** Drops all idle arrays and forgets the peak. */
    synchronized void trim() {
        pool.shrinkTo(0);
        peakBytes = liveBytes;
    }

    /** What is live and what is idle. */
    synchronized MemoryReport report() {
        Map<String, MemoryReport.Entry> byOrigin = new HashMap<>();
        for (CpuStorage s : live) {
            byOrigin.merge(
                    s.origin(),
                    new MemoryReport.Entry(s.origin(), 1, bytes(s)),
                    (a, b) ->
                            new MemoryReport.Entry(
                                    a.origin(), a.buffers() + b.buffers(), a.bytes() + b.bytes()));
        }
        List<MemoryReport.Entry> entries = new ArrayList<>(byOrigin.values());
        entries.sort(
                Comparator.comparingLong(MemoryReport.Entry::bytes)
                        .reversed()
                        .thenComparing(MemoryReport.Entry::origin));
        return new MemoryReport(liveBytes, pool.idleBytes(), pool.allocations(), entries);
    }

    private static long bytes(CpuStorage s) {
        return (long) Array.getLength(s.array()) * s.dtype().bytes();
    }

    /** Copies from a Java array of the storage's type. */
    static void upload(Object array, int from, Storage to, int offset, int length) {
        copy(array, from, arrayOf(to), offset, length, to);
    }

    /** Copies to a Java array of the storage's type. */
    static void download(Storage from, int offset, Object array, int to, int length) {
        copy(arrayOf(from), offset, array, to, length, from);
    }

    private static Object arrayOf(Storage s) {
        s.requireLive();
        return ((CpuStorage) s).array();
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // checked: both are arrays of one type
    private static void copy(
            Object from, int fromIndex, Object to, int toIndex, int length, Storage s) {
        if (from.getClass() != to.getClass()) {
            throw new IllegalArgumentException(
                    "copy of "
                            + s.dtype()
                            + ": expected "
                            + arrayOf(s).getClass().getSimpleName()
                            + ", got "
                            + (from == arrayOf(s) ? to : from).getClass().getSimpleName());
        }
        System.arraycopy(from, fromIndex, to, toIndex, length);
    }
}
