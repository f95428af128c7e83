package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.Instruments;
import soma.tensor.spi.Storage;

import java.util.List;

/** Times by the device's events, and peaks by the kernels of {@code measure.ptx}. */
final class CudaInstruments implements Instruments {
    /** Twice the largest L2 cache (50 MB on an H100), so that writing it evicts everything. */
    private static final int FLUSHED = 128 << 20;

    private static final int THREADS = 256;

    /** Of {@code peak_fma_f32}: 64 multiply-adds a round. */
    private static final int ROUNDS = 4096;

    private static final double FLOPS_PER_ROUND = 128;

    /** Elements of the copy that measures bandwidth: 256 MiB read and as many written. */
    private static final int COPIED = 64 << 20;

    private static final int REPEATS = 5;

    private final CudaBackend backend;
    private final Launcher launcher;
    private final Driver driver;

    CudaInstruments(CudaBackend backend, Launcher launcher) {
        this.backend = backend;
        this.launcher = launcher;
        this.driver = launcher.driver();
    }

    @Override
    public boolean isEmulated() {
        return driver.isEmulated();
    }

    @Override
    public double seconds(Runnable work, int calls, boolean cold) {
        if (cold) {
            return coldSeconds(work, calls);
        }
        try (Driver.Event start = driver.record()) {
            for (int i = 0; i < calls; i++) {
                work.run();
            }
            try (Driver.Event end = driver.record()) {
                return end.secondsSince(start) / calls;
            }
        }
    }

    private double coldSeconds(Runnable work, int calls) {
        Storage flushed = backend.allocate(DType.UINT8, FLUSHED, "l2_flush");
        try {
            double sum = 0;
            for (int i = 0; i < calls; i++) {
                driver.fill(Launcher.address(flushed), (byte) 0, FLUSHED);
                sum += seconds(work, 1, false);
            }
            return sum / calls;
        } finally {
            flushed.release();
        }
    }

    @Override
    public void synchronize() {
        driver.synchronize();
    }

    @Override
    public long roundTrips() {
        return backend.roundTrips();
    }

    @Override
    public double peakFlops() {
        if (isEmulated()) {
            return 0;
        }
        int blocks = launcher.wave();
        Storage out = backend.allocate(DType.FLOAT32, blocks * THREADS, "peak_fma_f32");
        try {
            long address = Launcher.address(out);
            double best =
                    best(
                            () ->
                                    launcher.launch(
                                            KernelFamily.MEASURE,
                                            "peak_fma_f32",
                                            Geometry.of(blocks, THREADS),
                                            new Arguments()
                                                    .address(address)
                                                    .u32(ROUNDS)
                                                    .f32(0.999)));
            return FLOPS_PER_ROUND * ROUNDS * THREADS * blocks / best;
        } finally {
            out.release();
        }
    }

    @Override
    public double peakBytes() {
        if (isEmulated()) {
            return 0;
        }
        Storage from = backend.allocate(DType.FLOAT32, COPIED, "copy_v4_f32");
        Storage to = backend.allocate(DType.FLOAT32, COPIED, "copy_v4_f32");
        try {
            long source = Launcher.address(from);
            long target = Launcher.address(to);
            double best =
                    best(
                            () ->
                                    launcher.launch(
                                            KernelFamily.MEASURE,
                                            "copy_v4_f32",
                                            Geometry.covering(COPIED / 4, THREADS, launcher.wave()),
                                            new Arguments()
                                                    .address(source)
                                                    .address(target)
                                                    .u32(COPIED / 4)));
            return 2.0 * COPIED * Float.BYTES / best;
        } finally {
            from.release();
            to.release();
        }
    }

    private double best(Runnable work) {
        work.run();
        double best = Double.MAX_VALUE;
        for (int i = 0; i < REPEATS; i++) {
            best = Math.min(best, seconds(work, 1, false));
        }
        return best;
    }

    @Override
    public List<KernelCount> counts() {
        return driver.counts();
    }

    @Override
    public void resetCounts() {
        driver.resetCounts();
    }
}
