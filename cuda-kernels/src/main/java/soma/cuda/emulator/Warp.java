package soma.cuda.emulator;

import soma.cuda.driver.Geometry;

/** 32 lanes that run in lockstep, and their registers. */
final class Warp {
    static final int LANES = 32;
    static final int FULL = -1;

    /** Bits of {@link #moment} that count what orders a warp. */
    private static final int WARP_BITS = 28;

    private final Registers registers;

    /** By register; only the array of its kind is there. */
    final int[][] ints;

    final long[][] longs;
    final float[][] floats;
    final double[][] doubles;
    final int[] predicates;

    /** Lanes in which each register was set. */
    final int[] defined;

    /** For operands of another kind than the register's: bits seen as the other type. */
    final int[][] intScratch = new int[6][LANES];

    final float[][] floatScratch = new float[6][LANES];
    final long[][] longScratch = new long[6][LANES];
    final double[][] doubleScratch = new double[6][LANES];

    /** Addresses of the access that runs. */
    final long[] addresses = new long[LANES];

    /** Copies that it started. */
    final AsyncCopies copies = new AsyncCopies();

    private BlockRun block;
    private int index;

    /** Lanes that exist: the last warp of a block may have fewer. */
    private int lanes;

    /** Where lanes stand that don't run: groups by place. */
    final LaneGroups groups = new LaneGroups();

    private int barriers;
    private int syncs;

    Warp(Registers registers) {
        this.registers = registers;
        int n = registers.count();
        ints = new int[n][];
        longs = new long[n][];
        floats = new float[n][];
        doubles = new double[n][];
        predicates = new int[n];
        defined = new int[n];
        for (int i = 0; i < n; i++) {
            switch (registers.kind(i)) {
                case INT -> ints[i] = new int[LANES];
                case LONG -> longs[i] = new long[LANES];
                case FLOAT -> floats[i] = new float[LANES];
                case DOUBLE -> doubles[i] = new double[LANES];
                case PREDICATE -> {}
            }
        }
    }

    /** Puts it at the start of a block's code. */
    void begin(BlockRun block, int index) {
        boolean first = this.block == null;
        this.block = block;
        this.index = index;
        Geometry g = block.geometry();
        int count = Math.min(LANES, g.threads() - index * LANES);
        lanes = count == LANES ? FULL : (1 << count) - 1;
        java.util.Arrays.fill(defined, 0);
        barriers = 0;
        syncs = 0;
        groups.start(lanes);
        copies.reset();
        for (int r = 0; r < registers.count(); r++) {
            if (registers.get(r).special()) {
                String name = registers.get(r).name();
                // Blocks of a launch differ in nothing else.
                if (first || name.startsWith("%ctaid")) {
                    setSpecial(r, name, g);
                }
                defined[r] = FULL;
            }
        }
    }

    private void setSpecial(int register, String name, Geometry g) {
        for (int lane = 0; lane < LANES; lane++) {
            int thread = index * LANES + lane;
            ints[register][lane] =
                    switch (name) {
                        case "%tid.x" -> thread % g.blockX();
                        case "%tid.y" -> thread / g.blockX() % g.blockY();
                        case "%tid.z" -> thread / (g.blockX() * g.blockY());
                        case "%ntid.x" -> g.blockX();
                        case "%ntid.y" -> g.blockY();
                        case "%ntid.z" -> g.blockZ();
                        case "%ctaid.x" -> block.x();
                        case "%ctaid.y" -> block.y();
                        case "%ctaid.z" -> block.z();
                        case "%nctaid.x" -> g.gridX();
                        case "%nctaid.y" -> g.gridY();
                        case "%nctaid.z" -> g.gridZ();
                        case "%laneid" -> lane;
                        case "%warpid" -> index;
                        case "%nwarpid" -> (g.threads() + LANES - 1) / LANES;
                        case "%lanemask_lt" -> (1 << lane) - 1;
                        case "%lanemask_le" -> (1 << lane) - 1 | 1 << lane;
                        case "%lanemask_gt" -> ~((1 << lane) - 1 | 1 << lane);
                        case "%lanemask_ge" -> -(1 << lane);
                        case "%lanemask_eq" -> 1 << lane;
                        default -> throw new IllegalStateException(name);
                    };
        }
    }

    BlockRun block() {
        return block;
    }

    /** Lanes that exist. */
    int lanes() {
        return lanes;
    }

    /** Number of a lane's thread in its block. */
    int threadOfBlock(int lane) {
        return index * LANES + lane;
    }

    /** Number of a lane's thread in the grid. */
    int thread(int lane) {
        return block.number() * block.geometry().threads() + index * LANES + lane;
    }

    /** Which launch this is. */
    int launch() {
        return block.launch();
    }

    /** Counts what orders threads: the block's barriers passed, and the warp's own. */
    long moment() {
        return (long) barriers << WARP_BITS | syncs;
    }

    /** Barriers that it passed; warps that passed one together have the same number. */
    int barriers() {
        return barriers;
    }

    /** A barrier of the block was passed. */
    void passedBarrier(int number) {
        barriers = number;
    }

    /** Something that orders the lanes of this warp was passed. */
    void passedWarpSync() {
        syncs++;
    }

    /**
     * Whether an access that a thread made is not ordered before what this warp does now.
     *
     * @param alone whether no other warps accessed with it: then this warp's own order counts
     */
    boolean isConcurrent(int other, long moment, boolean alone) {
        if (!isOfBlock(other)) {
            return !block.isPublished(other / block.geometry().threads());
        }
        if (moment >>> WARP_BITS != barriers) {
            return false;
        }
        return !(alone && holds(other)) || moment == moment();
    }

    /** Whether a thread of the grid is of the block that runs. */
    boolean isOfBlock(int thread) {
        int first = block.number() * block.geometry().threads();
        return thread >= first && thread < first + block.geometry().threads();
    }

    /** Whether a thread of the block is one of this warp's. */
    boolean holds(int thread) {
        int first = thread(0);
        return thread >= first && thread < first + LANES;
    }

    /** A thread of the grid for messages. */
    String describeThread(int thread) {
        int threads = block.geometry().threads();
        return block.describe(thread / threads) + " thread " + thread % threads;
    }

    /** Checks that a register was set in all lanes of a mask. */
    void requireDefined(int register, int mask) {
        int missing = mask & ~defined[register];
        if (missing != 0) {
            throw new Fault(
                    Integer.numberOfTrailingZeros(missing),
                    "reads register " + registers.get(register).name() + ", which was never set");
        }
    }
}
