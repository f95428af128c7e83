package soma.cuda.emulator;

import java.util.Arrays;

/**
 * Who accessed each of some words in one way, as far as it isn't ordered: a thread, or threads of
 * one warp, of one block, or of several blocks, of which one is named.
 */
final class Accesses {
    private static final int NOBODY = -1;

    /** How far apart the threads are: above the bits of {@link Warp#moment}. */
    private static final int SCOPE_SHIFT = 61;

    private static final long MOMENT = (1L << SCOPE_SHIFT) - 1;
    private static final int THREAD = 0;
    private static final int WARP = 1;
    private static final int BLOCK = 2;
    private static final int GRID = 3;

    /** The sign: all accesses were atomic. */
    private static final long ATOMIC = Long.MIN_VALUE;

    private final int[] threads;
    private final long[] stamps;

    Accesses(int words) {
        threads = new int[words];
        stamps = new long[words];
        reset();
    }

    void reset() {
        Arrays.fill(threads, NOBODY);
        Arrays.fill(stamps, 0);
    }

    /** The same for parts of the words. */
    Accesses stretched(int parts) {
        Accesses out = new Accesses(threads.length * parts);
        for (int i = 0; i < out.threads.length; i++) {
            out.threads[i] = threads[i / parts];
            out.stamps[i] = stamps[i / parts];
        }
        return out;
    }

    /** A thread that accessed word {@code i}. */
    int thread(int i) {
        return threads[i];
    }

    boolean isAtomic(int i) {
        return stamps[i] < 0;
    }

    void clear(int i) {
        threads[i] = NOBODY;
        stamps[i] = 0;
    }

    /** A thread accesses a word after all others. */
    void set(int i, Warp warp, int thread) {
        threads[i] = thread;
        stamps[i] = warp.moment();
    }

    void setAtomic(int i, Warp warp, int thread) {
        threads[i] = thread;
        stamps[i] = warp.moment() | ATOMIC;
    }

    private static int scope(long stamp) {
        return (int) (stamp >>> SCOPE_SHIFT) & GRID;
    }

    /**
     * Whether another thread accessed a word with nothing that orders that before {@code thread}.
     */
    boolean isConcurrent(int i, Warp warp, int thread) {
        int other = threads[i];
        if (other == NOBODY) {
            return false;
        }
        int scope = scope(stamps[i]);
        if (scope == THREAD && other == thread) {
            return false;
        }
        if (scope == GRID && warp.isOfBlock(other)) {
            return true;
        }
        return warp.isConcurrent(other, stamps[i] & MOMENT, scope != BLOCK);
    }

    /** A thread accesses a word as others may do at the same time. */
    void join(int i, Warp warp, int thread) {
        long atomic = stamps[i] & ATOMIC;
        if (!isConcurrent(i, warp, thread)) {
            threads[i] = thread;
            stamps[i] = warp.moment() | atomic;
            return;
        }
        int apart = !warp.isOfBlock(threads[i]) ? GRID : !warp.holds(threads[i]) ? BLOCK : WARP;
        int scope = Math.max(apart, scope(stamps[i]));
        // Of several blocks the first stays named: it is another one for most.
        threads[i] = scope == GRID ? threads[i] : thread;
        stamps[i] = warp.moment() | (long) scope << SCOPE_SHIFT | atomic;
    }
}
