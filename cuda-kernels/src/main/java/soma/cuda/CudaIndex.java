package soma.cuda;

import static soma.cuda.OperandTypes.require;

import soma.cuda.IndexCheck.Site;
import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.IndexKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

/**
 * Selection by index and sorting. Selection moves bits of any type; sums are of FLOAT32. An index
 * out of range is reported when a result is next read.
 */
final class CudaIndex implements IndexKernels {
    private static final int THREADS = 256;

    /** Elements of which {@code nonzero_count} makes one number. */
    private static final int CHUNK = 512;

    private final Launcher launcher;
    private final Backend memory;
    private final IndexCheck check;
    private final RowSort sort;

    CudaIndex(Launcher launcher, Backend memory, IndexCheck check) {
        this.launcher = launcher;
        this.memory = memory;
        this.check = check;
        this.sort = new RowSort(launcher, memory);
    }

    @Override
    public void indexSelect(View x, View index, View out) {
        require("indexSelect", "index", index, DType.INT32);
        int rows = index.shape().size();
        int inner = innerSize(x);
        if (out.shape().size() == 0) {
            return;
        }
        int shift = Integer.numberOfTrailingZeros(x.dtype().bytes());
        long from = Launcher.address(x);
        long to = Launcher.address(out);
        long rowBytes = (long) inner << shift;
        if ((from | to | rowBytes) % 16 == 0) {
            shift = 4;
        } else if ((from | to | rowBytes) % 4 == 0 && shift == 0) {
            shift = 2;
        }
        int units = (int) (rowBytes >> shift);
        launcher.launch(
                KernelFamily.INDEX,
                "index_select_any",
                covering((long) rows * units),
                new Arguments()
                        .address(from)
                        .address(Launcher.address(index))
                        .address(to)
                        .address(check.record())
                        .u32(Site.INDEX_SELECT.code())
                        .u32(rows)
                        .u32(units)
                        .u32(x.shape().dim(0))
                        .u32(shift));
    }

    @Override
    public void gather(View x, View index, View out) {
        require("gather", "index", index, DType.INT32);
        int rows = index.shape().dim(0);
        int picks = index.shape().dim(1);
        if (index.shape().size() == 0) {
            return;
        }
        launcher.launch(
                KernelFamily.INDEX,
                "gather_any",
                covering(index.shape().size()),
                new Arguments()
                        .address(Launcher.address(x))
                        .address(Launcher.address(index))
                        .address(Launcher.address(out))
                        .address(check.record())
                        .u32(Site.GATHER.code())
                        .u32(rows)
                        .u32(picks)
                        .u32(x.shape().dim(1))
                        .u32(Integer.numberOfTrailingZeros(x.dtype().bytes())));
    }

    @Override
    public void indexAdd(View x, View index, View out) {
        require("indexAdd", "x", x, DType.FLOAT32);
        require("indexAdd", "index", index, DType.INT32);
        int n = index.shape().size();
        addSorted(Site.INDEX_ADD, x, index, out, 1, n, innerSize(out), out.shape().dim(0));
    }

    @Override
    public void scatterAdd(View x, View index, View out) {
        require("scatterAdd", "x", x, DType.FLOAT32);
        require("scatterAdd", "index", index, DType.INT32);
        int rows = index.shape().dim(0);
        int picks = index.shape().dim(1);
        int extent = out.shape().dim(1);
        if (picks != 1) {
            addSorted(Site.SCATTER_ADD, x, index, out, rows, picks, 1, extent);
        } else if (rows > 0) {
            launcher.launch(
                    KernelFamily.INDEX,
                    "scatter_add_one_f32",
                    covering(rows),
                    new Arguments()
                            .address(Launcher.address(x))
                            .address(Launcher.address(index))
                            .address(Launcher.address(out))
                            .address(check.record())
                            .u32(Site.SCATTER_ADD.code())
                            .u32(rows)
                            .u32(extent));
        }
    }

    /** Adds x [rows, n, units] to out [rows, extent, units] at index [rows, n]. */
    private void addSorted(
            Site site, View x, View index, View out, int rows, int n, int units, int extent) {
        if (x.shape().size() == 0) {
            return;
        }
        Storage sorted = sort.composites("indexAdd", index, rows, n);
        launcher.launch(
                KernelFamily.INDEX,
                "index_add_f32",
                covering((long) rows * n * units),
                new Arguments()
                        .address(Launcher.address(sorted))
                        .address(Launcher.address(x))
                        .address(Launcher.address(out))
                        .address(check.record())
                        .u32(site.code())
                        .u32(rows)
                        .u32(n)
                        .u32(units)
                        .u32(extent));
        sorted.release();
    }

    @Override
    public void argsort(View x, boolean descending, View index) {
        sort.positions("argsort", x, descending, index);
    }

    @Override
    public int nonZero(View x, View out) {
        require("nonZero", "x", x, DType.BOOL);
        int n = x.shape().size();
        if (n == 0) {
            return 0;
        }
        int chunks = (n - 1) / CHUNK + 1;
        Storage counts = memory.allocate(DType.INT32, chunks + 1, "nonZero");
        long offsets = Launcher.address(counts);
        Geometry warps = covering(32L * chunks);
        launcher.launch(
                KernelFamily.INDEX,
                "nonzero_count",
                warps,
                new Arguments().address(Launcher.address(x)).address(offsets).u32(n));
        launcher.launch(
                KernelFamily.INDEX,
                "scan_exclusive_u32",
                Geometry.of(1, 1024),
                new Arguments().address(offsets).u32(chunks));
        launcher.launch(
                KernelFamily.INDEX,
                "nonzero_write",
                warps,
                new Arguments()
                        .address(Launcher.address(x))
                        .address(offsets)
                        .address(Launcher.address(out))
                        .u32(n));
        int[] count = new int[1];
        memory.download(counts, chunks, count, 0, 1);
        counts.release();
        return count[0];
    }

    private Geometry covering(long n) {
        return Geometry.covering(n, THREADS, launcher.wave());
    }

    private static int innerSize(View x) {
        int inner = 1;
        for (int axis = 1; axis < x.shape().rank(); axis++) {
            inner *= x.shape().dim(axis);
        }
        return inner;
    }
}
