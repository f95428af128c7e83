package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.cuda.library.Blas;
import soma.tensor.DType;
import soma.tensor.DeviceException;
import soma.tensor.spi.Precision;
import soma.tensor.spi.Storage;

import java.util.Optional;
import java.util.function.LongConsumer;

/** Starts matrix products: picks the kernel, cuts long sums into slices. */
final class Gemm {
    private static final int THREADS = 256;

    private final Launcher launcher;
    private final CudaBackend backend;
    private GemmRung rung;
    private final Optional<Blas> library;

    Gemm(CudaBackend backend, Launcher launcher, GemmRung rung) {
        this(backend, launcher, rung, Optional.empty());
    }

    /** With a library that multiplies in the kernels' stead. */
    Gemm(CudaBackend backend, Launcher launcher, GemmRung rung, Optional<Blas> library) {
        this.library = library;
        this.backend = backend;
        this.launcher = launcher;
        this.rung = supported(rung);
    }

    private GemmRung supported(GemmRung wanted) {
        if (!launcher.properties().supports(wanted.capability())) {
            throw new DeviceException(
                    "cuda: "
                            + wanted
                            + ": expected a device of compute capability "
                            + wanted.capability() / 10.0
                            + ", got "
                            + launcher.properties());
        }
        return wanted;
    }

    /**
     * Takes the rung of a precision from here on, and has the library multiply in it.
     *
     * @throws DeviceException if the device is too old; nothing changes then
     */
    void precision(Precision precision) {
        rung = supported(GemmRung.configured(precision));
        library.ifPresent(blas -> blas.precision(precision));
    }

    /** The step of the ladder that it takes. */
    GemmRung rung() {
        return rung;
    }

    /** The same with another step. */
    Gemm with(GemmRung other) {
        return new Gemm(backend, launcher, other);
    }

    /** Whether the device has what a step needs. */
    boolean supports(GemmRung other) {
        return launcher.properties().supports(other.capability());
    }

    /** Computes the product; nothing to do for an empty one. */
    void run(Product p) {
        if (p.m() == 0 || p.n() == 0) {
            return;
        }
        if (library.isPresent() && p.k() > 0) {
            run(library.get(), p);
            return;
        }
        GemmTile tile = rung.tile(p.m(), p.n());
        Slices slices =
                tile.slices()
                        ? Slices.of(tile.blocks(p.m(), p.n()), p.k(), (long) p.m() * p.n())
                        : Slices.one(p.k());
        if (slices.count() == 1) {
            launch(tile, p, slices);
            return;
        }
        inSlices(
                slices.count(),
                p.m() * p.n(),
                p.n(),
                p.bias(),
                p.residual(),
                TileFlags.epilogue(p.relu(), p.accumulate()),
                p.out(),
                partial -> launch(tile, p.partial(partial), slices));
    }

    /** By a library, and what follows the sum by the kernel that sums slices, here of one. */
    private void run(Blas blas, Product p) {
        if (p.bias() == 0 && p.residual() == 0 && !p.relu()) {
            multiply(blas, p, p.out(), p.accumulate() ? 1 : 0);
            return;
        }
        inSlices(
                1,
                p.m() * p.n(),
                p.n(),
                p.bias(),
                p.residual(),
                TileFlags.epilogue(p.relu(), p.accumulate()),
                p.out(),
                product -> multiply(blas, p, product, 0));
    }

    private static void multiply(Blas blas, Product p, long out, float beta) {
        blas.gemm(p.a(), p.transposeA(), p.b(), p.transposeB(), out, p.m(), p.n(), p.k(), beta);
    }

    /**
     * Lets {@code stage} write partial results [slices, count], then sums them into {@code out}
     * with the epilogue, whose bias has {@code columns} elements.
     */
    void inSlices(
            int slices,
            int count,
            int columns,
            long bias,
            long residual,
            int flags,
            long out,
            LongConsumer stage) {
        Storage partial = backend.allocate(DType.FLOAT32, slices * count, "matmul_slices");
        try {
            long address = Launcher.address(partial);
            stage.accept(address);
            launcher.launch(
                    KernelFamily.GEMM,
                    "matmul_split_sum_f32",
                    Geometry.covering(count, THREADS, launcher.wave()),
                    new Arguments()
                            .address(address)
                            .address(bias)
                            .address(residual)
                            .address(out)
                            .u32(count)
                            .u32(columns)
                            .u32(slices)
                            .u32(flags));
        } finally {
            partial.release();
        }
    }

    private void launch(GemmTile tile, Product p, Slices slices) {
        launcher.launch(
                tile.family(),
                tile.entry(),
                Geometry.of(tile.blocks(p.m(), p.n()), slices.count(), THREADS),
                new Arguments()
                        .address(p.a())
                        .address(p.b())
                        .address(p.bias())
                        .address(p.residual())
                        .address(p.out())
                        .u32(p.m())
                        .u32(p.n())
                        .u32(p.k())
                        .u32(p.transposeA() ? p.m() : p.k())
                        .u32(p.transposeB() ? p.k() : p.n())
                        .u32(p.flags())
                        .u32(slices.length())
                        .u32(tile.tilesN(p.n())));
    }
}
