package soma.cuda.emulator;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Runs the blocks of one launch one after the other: their warps, shared memory and barriers. */
final class BlockRun {
    /** Instructions of a warp in one turn, while no other's work is to be seen in between. */
    private static final int LONG_TURN = 1 << 20;

    private static final int SHORT_TURN = 64;

    /** After so many instructions per warp a block will not end. */
    private static final long MOST_INSTRUCTIONS = 1L << 32;

    /** The same where each takes longer, and kernels run on little data. */
    private static final long MOST_CHECKED_INSTRUCTIONS = 1L << 25;

    private final Program program;
    private final Launch launch;
    private final Counts counts;
    private final Memory shared;
    private final List<Warp> warps = new ArrayList<>();
    private final Memory[] locals;

    /** By instruction: where it accessed memory last. */
    private final Memory[] recent;

    private SplittableRandom random;
    private int number;

    BlockRun(Program program, Launch launch, boolean detailed) {
        this.program = program;
        this.launch = launch;
        this.counts = new Counts(detailed);
        int threads = launch.geometry().threads();
        for (int i = 0; i < (threads + Warp.LANES - 1) / Warp.LANES; i++) {
            warps.add(new Warp(program.registers()));
        }
        int bytes = program.sharedBytes() + launch.geometry().sharedBytes();
        boolean full = launch.checks() == Checks.FULL;
        shared = new Memory("shared memory", 0, bytes, full, full ? new AccessLog(bytes) : null);
        recent = new Memory[program.size()];
        locals = new Memory[program.localBytes() == 0 ? 0 : threads];
    }

    /** Runs a block to its end. */
    void run(int block) {
        number = block;
        random = new SplittableRandom(launch.seed() * 31 + block);
        shared.reset();
        for (int t = 0; t < locals.length; t++) {
            locals[t] =
                    new Memory(
                            "local memory",
                            0,
                            program.localBytes(),
                            launch.checks() == Checks.FULL,
                            null);
        }
        for (int i = 0; i < warps.size(); i++) {
            warps.get(i).begin(this, i);
        }
        Map<Op.Barrier, List<Warp>> waiting = new HashMap<>();
        List<Warp> ready = new ArrayList<>(warps);
        long last = counts.warpInstructions() + warps.size() * mostInstructions();
        int left = 0;
        while (left < warps.size()) {
            if (ready.isEmpty()) {
                throw program.fault(
                        this,
                        null,
                        new Fault(
                                -1,
                                "deadlock: "
                                        + describe(waiting)
                                        + ", "
                                        + left
                                        + " warps have ended"));
            }
            if (counts.warpInstructions() > last) {
                throw program.fault(this, ready.getFirst(), new Fault(-1, "runs without an end"));
            }
            Warp warp = ready.removeLast();
            Op stop = program.run(warp, turn());
            if (stop == null && warp.groups.isEmpty()) {
                left++;
            } else if (stop == null) {
                ready.add(
                        launch.checks() == Checks.FULL ? random.nextInt(ready.size() + 1) : 0,
                        warp);
            } else {
                waiting.computeIfAbsent(stop.barrier(), _ -> new ArrayList<>()).add(warp);
                release(waiting, stop.barrier(), ready);
            }
        }
    }

    private long mostInstructions() {
        return launch.checks() == Checks.FULL ? MOST_CHECKED_INSTRUCTIONS : MOST_INSTRUCTIONS;
    }

    private int turn() {
        return launch.checks() == Checks.FULL ? 1 + random.nextInt(SHORT_TURN) : LONG_TURN;
    }

    private void release(
            Map<Op.Barrier, List<Warp>> waiting, Op.Barrier barrier, List<Warp> ready) {
        List<Warp> arrived = waiting.get(barrier);
        int threads = arrived.stream().mapToInt(w -> Integer.bitCount(w.lanes())).sum();
        int wanted = barrier.threads() == 0 ? launch.geometry().threads() : barrier.threads();
        if (threads < wanted) {
            return;
        }
        waiting.remove(barrier);
        counts.barrier();
        int passed = 1 + arrived.stream().mapToInt(Warp::barriers).max().orElse(0);
        arrived.forEach(w -> w.passedBarrier(passed));
        if (launch.checks() == Checks.FULL) {
            Collections.shuffle(arrived, random);
        }
        ready.addAll(arrived);
    }

    private static String describe(Map<Op.Barrier, List<Warp>> waiting) {
        StringBuilder text = new StringBuilder();
        waiting.forEach(
                (barrier, warps) ->
                        text.append(text.isEmpty() ? "" : ", ")
                                .append(warps.size())
                                .append(" warps wait at barrier ")
                                .append(barrier.id()));
        return text.toString();
    }

    /** A fence: what this block wrote is seen by all others from now on. */
    void publish() {
        launch.publish(number);
    }

    /** Whether another block used a fence, after which its writes may be read. */
    boolean isPublished(int block) {
        return launch.isPublished(block);
    }

    Counts counts() {
        return counts;
    }

    Memory[] recent() {
        return recent;
    }

    Memory shared() {
        return shared;
    }

    /** The local arrays of a lane's thread. */
    Memory local(Warp warp, int lane) {
        int thread = warp.threadOfBlock(lane);
        return locals.length == 0 ? null : locals[thread];
    }

    Memory constants() {
        return program.constants();
    }

    GlobalMemory global() {
        return launch.global();
    }

    /** Argument of the launch, as bits. */
    long argument(int index) {
        return arguments().bits(index);
    }

    Arguments arguments() {
        return launch.arguments();
    }

    Geometry geometry() {
        return launch.geometry();
    }

    /** Which launch of the driver this is. */
    int launch() {
        return launch.number();
    }

    /** Number of the block that runs, x fastest. */
    int number() {
        return number;
    }

    int x() {
        return number % geometry().gridX();
    }

    int y() {
        return number / geometry().gridX() % geometry().gridY();
    }

    int z() {
        return number / (geometry().gridX() * geometry().gridY());
    }

    /** A block for messages. */
    String describe(int block) {
        Geometry g = geometry();
        return "block ("
                + block % g.gridX()
                + ", "
                + block / g.gridX() % g.gridY()
                + ", "
                + block / (g.gridX() * g.gridY())
                + ")";
    }
}
