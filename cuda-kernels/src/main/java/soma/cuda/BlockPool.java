package soma.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Idle blocks of device memory waiting to be used again, by length. A request takes the shortest
 * that fits and is at most half again as long; of one length, the one that came back last.
 *
 * <p>Not thread-safe; {@link DeviceMemory} locks.
 */
final class BlockPool {
    /** A block that lay idle while so many others came back belongs to sizes that are gone. */
    private static final long STALE = 20_000;

    private final NavigableMap<Long, ArrayDeque<Idle>> idle = new TreeMap<>();
    private long idleBytes;
    private long clock;

    /**
     * A piece of device memory.
     *
     * @param address where it begins
     * @param bytes its length
     */
    record Block(long address, long bytes) {}

    /** A block and when it became idle. */
    private record Idle(Block block, long since) {}

    /** A block of at least so many bytes, or null. */
    Block take(long bytes) {
        Map.Entry<Long, ArrayDeque<Idle>> fit = idle.ceilingEntry(bytes);
        if (fit == null || fit.getKey() > bytes + bytes / 2) {
            return null;
        }
        return removed(fit.getValue().removeLast());
    }

    /** Takes a block back. */
    void give(Block block) {
        idle.computeIfAbsent(block.bytes(), _ -> new ArrayDeque<>())
                .addLast(new Idle(block, clock++));
        idleBytes += block.bytes();
    }

    /**
     * Frees blocks until at most {@code limit} bytes are idle: first those of sizes that are gone,
     * then those that came back last. Steps use their blocks in the same order again and again, and
     * freeing the oldest would always free what is needed next.
     */
    void shrinkTo(long limit, LongConsumer free) {
        while (idleBytes > limit) {
            ArrayDeque<Idle> oldest = null;
            ArrayDeque<Idle> newest = null;
            for (ArrayDeque<Idle> blocks : idle.values()) {
                if (oldest == null || blocks.getFirst().since() < oldest.getFirst().since()) {
                    oldest = blocks;
                }
                if (newest == null || blocks.getLast().since() > newest.getLast().since()) {
                    newest = blocks;
                }
            }
            boolean gone = oldest.getFirst().since() < clock - STALE;
            free.accept(removed(gone ? oldest.removeFirst() : newest.removeLast()).address());
        }
    }

    private Block removed(Idle taken) {
        Block block = taken.block();
        idleBytes -= block.bytes();
        if (idle.get(block.bytes()).isEmpty()) {
            idle.remove(block.bytes());
        }
        return block;
    }

    /** Removes those of some blocks that are idle. */
    List<Block> removeAll(Set<Block> blocks) {
        List<Block> removed = new ArrayList<>();
        for (ArrayDeque<Idle> sameLength : idle.values()) {
            for (Iterator<Idle> i = sameLength.iterator(); i.hasNext(); ) {
                Block block = i.next().block();
                if (blocks.contains(block)) {
                    i.remove();
                    removed.add(block);
                    idleBytes -= block.bytes();
                }
            }
        }
        idle.values().removeIf(ArrayDeque::isEmpty);
        return removed;
    }

    /** Bytes of all idle blocks. */
    long idleBytes() {
        return idleBytes;
    }
}
