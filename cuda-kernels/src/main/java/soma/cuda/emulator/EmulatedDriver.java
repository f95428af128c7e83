package soma.cuda.emulator;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.DeviceProperties;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;
import soma.cuda.ptx.PtxModule;
import soma.cuda.ptx.PtxParser;
import soma.tensor.DeviceException;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.Instruments.KernelCount;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Runs the very kernels that ship, without a GPU; every call has ended when it returns. */
public final class EmulatedDriver implements Driver {
    private static final long MEMORY = 8L << 30;
    private static final int CAPABILITY = 80;

    /** As sm_80 has it. */
    private static final int SHARED_PER_BLOCK = 99 << 10;

    private static final DeviceProperties PROPERTIES =
            new DeviceProperties(
                    "emulator", CAPABILITY / 10, CAPABILITY % 10, 4, MEMORY, SHARED_PER_BLOCK, 0);

    private final Checks checks;
    private final long seed;
    private final GlobalMemory global;
    private final Map<String, Counts> counts = new LinkedHashMap<>();
    private boolean detailed;
    private int launches;

    /** What is recorded; null while work is done at once. */
    private List<Runnable> recorded;

    /**
     * A device with nothing on it.
     *
     * @param seed of the order in which warps run, under full checks
     */
    public EmulatedDriver(Checks checks, long seed) {
        this.checks = checks;
        this.seed = seed;
        global = new GlobalMemory(MEMORY, checks == Checks.FULL);
    }

    @Override
    public DeviceProperties properties() {
        return PROPERTIES;
    }

    @Override
    public long allocate(long bytes) {
        requireNotCapturing("memory taken from the driver");
        return global.allocate(bytes).base();
    }

    @Override
    public void free(long address) {
        requireNotCapturing("memory given back to the driver");
        global.free(address);
    }

    @Override
    public long freeMemory() {
        return global.free();
    }

    @Override
    public void upload(MemorySegment from, long to) {
        requireNotCapturing("a copy from the host");
        Memory memory = global.require("upload", to, from.byteSize());
        int offset = (int) (to - memory.base());
        MemorySegment.copy(from, 0, MemorySegment.ofArray(memory.bytes()), offset, from.byteSize());
        memory.written(offset, (int) from.byteSize());
    }

    @Override
    public void download(long from, MemorySegment to) {
        requireNotCapturing("a copy to the host");
        Memory memory = global.require("download", from, to.byteSize());
        MemorySegment.copy(
                MemorySegment.ofArray(memory.bytes()), from - memory.base(), to, 0, to.byteSize());
    }

    @Override
    public void copy(long from, long to, long bytes) {
        Memory source = global.require("copy", from, bytes);
        Memory target = global.require("copy", to, bytes);
        int offset = (int) (from - source.base());
        work(() -> source.copyTo(offset, target, (int) (to - target.base()), (int) bytes));
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        Memory memory = global.require("fill", address, bytes);
        int offset = (int) (address - memory.base());
        work(
                () -> {
                    Arrays.fill(memory.bytes(), offset, offset + (int) bytes, value);
                    memory.written(offset, (int) bytes);
                });
    }

    @Override
    public KernelModule load(String name, String ptx) {
        requireNotCapturing("the loading of " + name);
        PtxModule module = PtxParser.parse(name, ptx);
        if (module.target() > CAPABILITY) {
            throw new DeviceException(
                    name
                            + ": .target: expected up to sm_"
                            + CAPABILITY
                            + ", got sm_"
                            + module.target());
        }
        return new EmulatedModule(module);
    }

    @Override
    public void launch(Kernel kernel, Geometry geometry, Arguments arguments) {
        Program program = (Program) kernel;
        int shared = program.sharedBytes() + geometry.sharedBytes();
        if (shared > SHARED_PER_BLOCK) {
            throw new DeviceException(
                    "kernel "
                            + kernel.name()
                            + ": shared memory: expected up to "
                            + SHARED_PER_BLOCK
                            + " bytes, got "
                            + shared);
        }
        if (geometry.blocks() * geometry.threads() > Integer.MAX_VALUE) {
            throw new DeviceException(
                    "kernel "
                            + kernel.name()
                            + ": the emulator runs up to 2147483647 threads, got "
                            + geometry);
        }
        work(() -> run(program, geometry, arguments));
    }

    private void run(Program program, Geometry geometry, Arguments arguments) {
        Launch launch = new Launch(launches++, geometry, arguments, global, checks, seed);
        Counts sum = counts.computeIfAbsent(program.name(), _ -> new Counts(detailed));
        int blocks = (int) geometry.blocks();
        if (checks == Checks.FULL || program.isAtomic() || blocks == 1) {
            BlockRun run = new BlockRun(program, launch, detailed);
            order(blocks, program, launch).forEach(run::run);
            sum.add(run.counts());
        } else {
            int parts = Math.min(blocks, Workers.threads());
            IntStream.range(0, parts)
                    .parallel()
                    .forEach(part -> runEvery(parts, part, blocks, program, launch, sum));
        }
        sum.launch();
    }

    private void runEvery(
            int parts, int part, int blocks, Program program, Launch launch, Counts sum) {
        BlockRun run = new BlockRun(program, launch, detailed);
        for (int block = part; block < blocks; block += parts) {
            run.run(block);
        }
        sum.add(run.counts());
    }

    /** Under full checks blocks come in any order, as they may on a GPU. */
    private List<Integer> order(int blocks, Program program, Launch launch) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, blocks).boxed().toList());
        if (checks == Checks.FULL && !program.isAtomic()) {
            Collections.shuffle(order, new Random(launch.seed()));
        }
        return order;
    }

    @Override
    public Event record() {
        requireNotCapturing("a reading of the clock");
        return new Moment(System.nanoTime());
    }

    /** The host's clock. */
    private record Moment(long nanos) implements Event {
        @Override
        public double secondsSince(Event earlier) {
            return (nanos - ((Moment) earlier).nanos) * 1e-9;
        }

        @Override
        public void close() {}
    }

    @Override
    public void synchronize() {
        requireNotCapturing("a wait of the host");
    }

    @Override
    public void beginCapture() {
        requireNotCapturing("another graph");
        recorded = new ArrayList<>();
    }

    @Override
    public Graph endCapture() {
        List<Runnable> steps = List.copyOf(recorded);
        recorded = null;
        return new EmulatedGraph(steps);
    }

    private final class EmulatedGraph implements Graph {
        private final List<Runnable> steps;

        EmulatedGraph(List<Runnable> steps) {
            this.steps = steps;
        }

        @Override
        public void launch() {
            requireNotCapturing("another graph");
            steps.forEach(Runnable::run);
        }

        @Override
        public void close() {}
    }

    /** Does a piece of work, or records it. */
    private void work(Runnable piece) {
        if (recorded == null) {
            piece.run();
        } else {
            recorded.add(piece);
        }
    }

    private void requireNotCapturing(String what) {
        if (recorded != null) {
            throw Driver.uncapturable(what);
        }
    }

    @Override
    public boolean isEmulated() {
        return true;
    }

    @Override
    public List<KernelCount> counts() {
        return counts.entrySet().stream()
                .sorted(
                        Comparator.comparingLong(
                                        (Map.Entry<String, Counts> e) ->
                                                e.getValue().instructions())
                                .reversed())
                .map(e -> e.getValue().of(e.getKey()))
                .toList();
    }

    /** Forgets all counts; from now on accesses to memory are looked at, too. */
    @Override
    public void resetCounts() {
        counts.clear();
        detailed = true;
    }

    @Override
    public void close() {}
}
