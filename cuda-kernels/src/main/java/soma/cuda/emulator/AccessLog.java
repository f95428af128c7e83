package soma.cuda.emulator;

import java.util.Arrays;

/**
 * Finds races: two threads that access a byte, one of them writing, with nothing between that
 * orders them. A barrier orders a block, a warp-wide instruction orders a warp, and a fence
 * publishes what a thread wrote to all other blocks.
 *
 * <p>For each byte the last writer and the last reader are kept.
 */
final class AccessLog {
    /** Of a word that several threads read. */
    private static final int MANY = -2;

    private static final int NOBODY = -1;

    /** Thread of the grid, by byte. */
    private final int[] writer;

    private final int[] reader;

    /** {@link Warp#moment} of the access. */
    private final long[] writeMoment;

    private final long[] readMoment;

    /** Which launch; accesses of others are ordered. */
    private final int[] writeLaunch;

    private final int[] readLaunch;

    AccessLog(int size) {
        writer = new int[size];
        reader = new int[size];
        writeMoment = new long[size];
        readMoment = new long[size];
        writeLaunch = new int[size];
        readLaunch = new int[size];
        reset();
    }

    void reset() {
        Arrays.fill(writer, NOBODY);
        Arrays.fill(reader, NOBODY);
    }

    /**
     * A lane reads.
     *
     * @throws Fault if another thread wrote there and nothing orders the two
     */
    void read(Warp warp, int lane, int offset, int width, Memory memory) {
        int thread = warp.thread(lane);
        for (int i = offset; i < offset + width; i++) {
            if (writer[i] >= 0
                    && writer[i] != thread
                    && writeLaunch[i] == warp.launch()
                    && warp.isConcurrent(writer[i], writeMoment[i])) {
                throw race(warp, lane, "reads", "written", writer[i], offset, memory);
            }
            boolean other =
                    reader[i] != NOBODY
                            && reader[i] != thread
                            && readLaunch[i] == warp.launch()
                            && warp.isConcurrent(reader[i], readMoment[i]);
            reader[i] = other ? MANY : thread;
            readMoment[i] = warp.moment();
            readLaunch[i] = warp.launch();
        }
    }

    /**
     * A lane writes.
     *
     * @param same whether the value is what is there already: then two writers do no harm
     * @throws Fault if another thread accessed it and nothing orders the two
     */
    void write(Warp warp, int lane, int offset, int width, boolean same, Memory memory) {
        int thread = warp.thread(lane);
        for (int i = offset; i < offset + width; i++) {
            if (!same
                    && writer[i] >= 0
                    && writer[i] != thread
                    && writeLaunch[i] == warp.launch()
                    && warp.isConcurrent(writer[i], writeMoment[i])) {
                throw race(warp, lane, "writes", "written", writer[i], offset, memory);
            }
            if (!same
                    && reader[i] != NOBODY
                    && reader[i] != thread
                    && readLaunch[i] == warp.launch()
                    && warp.isConcurrent(reader[i], readMoment[i])) {
                throw race(warp, lane, "writes", "read", reader[i], offset, memory);
            }
            writer[i] = thread;
            writeMoment[i] = warp.moment();
            writeLaunch[i] = warp.launch();
        }
    }

    private static Fault race(
            Warp warp, int lane, String does, String did, int other, int offset, Memory memory) {
        String who = other == MANY ? "other threads" : warp.describeThread(other);
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
