package soma.tensor.cpu;

import soma.tensor.DType;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Idle arrays waiting to be used again, by element type and length. A request takes the shortest
 * array that fits and is at most half again as long. Lengths are rounded up to one of eight steps
 * per power of two, so that images of similar sizes share buffers.
 *
 * <p>Not thread-safe; {@link CpuMemory} locks.
 */
final class BufferPool {
    private static final int SMALLEST = 64;

    /** An array that lay idle while so many others came back belongs to sizes that are gone. */
    private static final long STALE = 20_000;

    private final Map<DType, NavigableMap<Integer, ArrayDeque<Idle>>> idle =
            new EnumMap<>(DType.class);
    private long idleBytes;
    private long allocations;
    private long clock;

    /** An array and when it became idle. */
    private record Idle(Object array, long since) {}

    /** An array of at least {@code size} elements with unspecified content. */
    Object take(DType dtype, int size) {
        DType kind = kind(dtype);
        NavigableMap<Integer, ArrayDeque<Idle>> byLength = idle.get(kind);
        if (byLength != null) {
            Map.Entry<Integer, ArrayDeque<Idle>> fit = byLength.ceilingEntry(size);
            if (fit != null && fit.getKey() <= Math.max(SMALLEST, size + size / 2L)) {
                Object array = fit.getValue().removeLast().array();
                removed(kind, fit.getKey(), byLength);
                return array;
            }
        }
        allocations++;
        return CpuStorage.newArray(kind, capacity(size));
    }

    /** Takes an array back. */
    void give(DType dtype, Object array) {
        DType kind = kind(dtype);
        int length = Array.getLength(array);
        idle.computeIfAbsent(kind, _ -> new TreeMap<>())
                .computeIfAbsent(length, _ -> new ArrayDeque<>())
                .addLast(new Idle(array, clock++));
        idleBytes += (long) length * kind.bytes();
    }

    /**
     * Drops arrays until at most {@code limit} bytes are idle: first those of sizes that are gone,
     * then those that came back last. Steps use their buffers in the same order again and again,
     * and dropping the oldest would always drop what is needed next.
     */
    void shrinkTo(long limit) {
        while (idleBytes > limit) {
            drop(oldestBefore(clock - STALE));
        }
    }

    /**
     * The place of the array that is idle longest, if that is before {@code limit}, else of the
     * last.
     */
    private Place oldestBefore(long limit) {
        Place oldest = null;
        Place newest = null;
        long first = Long.MAX_VALUE;
        long last = -1;
        for (var byKind : idle.entrySet()) {
            for (var entry : byKind.getValue().entrySet()) {
                ArrayDeque<Idle> queue = entry.getValue();
                if (queue.getFirst().since() < first) {
                    first = queue.getFirst().since();
                    oldest = new Place(byKind.getKey(), entry.getKey(), true);
                }
                if (queue.getLast().since() > last) {
                    last = queue.getLast().since();
                    newest = new Place(byKind.getKey(), entry.getKey(), false);
                }
            }
        }
        return first < limit ? oldest : newest;
    }

    /** An end of the queue of arrays of one type and length. */
    private record Place(DType kind, int length, boolean first) {}

    private void drop(Place place) {
        NavigableMap<Integer, ArrayDeque<Idle>> byLength = idle.get(place.kind());
        ArrayDeque<Idle> queue = byLength.get(place.length());
        if (place.first()) {
            queue.removeFirst();
        } else {
            queue.removeLast();
        }
        removed(place.kind(), place.length(), byLength);
    }

    private void removed(DType kind, int length, NavigableMap<Integer, ArrayDeque<Idle>> byLength) {
        if (byLength.get(length).isEmpty()) {
            byLength.remove(length);
        }
        idleBytes -= (long) length * kind.bytes();
    }

    /** Bytes of all idle arrays. */
    long idleBytes() {
        return idleBytes;
    }

    /** Arrays made so far. */
    long allocations() {
        return allocations;
    }

    /** BOOL and UINT8 share byte arrays. */
    private static DType kind(DType dtype) {
        return dtype == DType.BOOL ? DType.UINT8 : dtype;
    }

    private static int capacity(int size) {
        if (size <= SMALLEST) {
            return SMALLEST;
        }
        int step = Integer.highestOneBit(size - 1) / 8;
        return (int) Math.min(Integer.MAX_VALUE - 8L, (size + step - 1L) / step * step);
    }
}
