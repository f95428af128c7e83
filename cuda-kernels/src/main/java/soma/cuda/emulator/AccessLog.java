package soma.cuda.emulator;

import java.util.Arrays;

/**
 * Finds races: two threads that access a word, one of them writing and one of them not atomically,
 * with nothing between that orders them. A barrier orders a block, a warp-wide instruction orders a
 * warp, and a fence publishes what a thread wrote to all other blocks.
 *
 * <p>For each word the last writers and the readers since are kept, in pages that are made when
 * they are first accessed. A page in which narrower values lie is kept by byte.
 */
final class AccessLog {
    private static final int PAGE_SHIFT = 10;
    private static final int PAGE = 1 << PAGE_SHIFT;
    private static final int WORD_SHIFT = 2;

    /** What a log knows of a piece of memory in one launch. */
    private static final class Page {
        private int launch = -1;
        private int shift = WORD_SHIFT;
        private Accesses writers = new Accesses(PAGE >> WORD_SHIFT);
        private Accesses readers = new Accesses(PAGE >> WORD_SHIFT);

        void begin(int number) {
            launch = number;
            writers.reset();
            readers.reset();
        }

        void keepBytes() {
            shift = 0;
            writers = writers.stretched(1 << WORD_SHIFT);
            readers = readers.stretched(1 << WORD_SHIFT);
        }
    }

    private final Page[] pages;

    AccessLog(int size) {
        pages = new Page[(size + PAGE - 1) >> PAGE_SHIFT];
    }

    void reset() {
        Arrays.fill(pages, null);
    }

    /** The page of an offset, ready for accesses of a width by a warp. */
    private Page page(Warp warp, int offset, int width) {
        Page page = pages[offset >> PAGE_SHIFT];
        if (page == null) {
            page = new Page();
            pages[offset >> PAGE_SHIFT] = page;
        }
        if (page.launch != warp.launch()) {
            // What other launches did is ordered.
            page.begin(warp.launch());
        }
        if (page.shift != 0 && width < 1 << WORD_SHIFT) {
            page.keepBytes();
        }
        return page;
    }

    /**
     * A lane reads; accesses are aligned and at most 16 bytes, so they lie in one page.
     *
     * @param atomic whether atomic writes by others do no harm
     * @throws Fault if another thread wrote there and nothing orders the two
     */
    void read(Warp warp, int lane, int offset, int width, boolean atomic, Memory memory) {
        Page page = page(warp, offset, width);
        int thread = warp.thread(lane);
        int end = (offset & PAGE - 1) + width - 1 >> page.shift;
        for (int i = (offset & PAGE - 1) >> page.shift; i <= end; i++) {
            if (!(atomic && page.writers.isAtomic(i))
                    && page.writers.isConcurrent(i, warp, thread)) {
                throw race(warp, lane, "reads", "written", page.writers.thread(i), offset, memory);
            }
            if (!atomic) {
                page.readers.join(i, warp, thread);
            }
        }
    }

    /**
     * A lane writes.
     *
     * @param same whether the value is what is there already: then two writers do no harm
     * @throws Fault if another thread accessed it and nothing orders the two
     */
    void write(Warp warp, int lane, int offset, int width, boolean same, Memory memory) {
        Page page = page(warp, offset, width);
        int thread = warp.thread(lane);
        int end = (offset & PAGE - 1) + width - 1 >> page.shift;
        for (int i = (offset & PAGE - 1) >> page.shift; i <= end; i++) {
            if (!same) {
                requireNone(page.writers, i, "written", warp, lane, offset, memory);
                requireNone(page.readers, i, "read", warp, lane, offset, memory);
                page.readers.clear(i);
            }
            page.writers.set(i, warp, thread);
        }
    }

    /**
     * A lane reads and writes at once.
     *
     * @throws Fault if another thread accessed it not atomically and nothing orders the two
     */
    void update(Warp warp, int lane, int offset, int width, Memory memory) {
        Page page = page(warp, offset, width);
        int thread = warp.thread(lane);
        int end = (offset & PAGE - 1) + width - 1 >> page.shift;
        for (int i = (offset & PAGE - 1) >> page.shift; i <= end; i++) {
            if (page.writers.isAtomic(i)) {
                requireNone(page.readers, i, "read", warp, lane, offset, memory);
                page.writers.join(i, warp, thread);
            } else {
                requireNone(page.writers, i, "written", warp, lane, offset, memory);
                requireNone(page.readers, i, "read", warp, lane, offset, memory);
                page.writers.setAtomic(i, warp, thread);
            }
            page.readers.clear(i);
        }
    }

    private static void requireNone(
            Accesses others, int i, String did, Warp warp, int lane, int offset, Memory memory) {
        if (others.isConcurrent(i, warp, warp.thread(lane))) {
            throw race(warp, lane, "writes", did, others.thread(i), offset, memory);
        }
    }

    private static Fault race(
            Warp warp, int lane, String does, String did, int other, int offset, Memory memory) {
        String who = other == warp.thread(lane) ? "other threads" : warp.describeThread(other);
        return new Fault(
                lane,
                "race: "
                        + does
                        + " "
                        + memory.describe(memory.base() + offset)
                        + ", "
                        + did
                        + " by "
                        + who
                        + " with no barrier between");
    }
}
