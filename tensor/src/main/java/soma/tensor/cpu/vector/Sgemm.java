package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;
import soma.tensor.cpu.Workers;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * Single-precision matrix product {@code C = epilogue(op(A) op(B))} or {@code C = epilogue(C +
 * op(A) op(B))}, row-major.
 *
 * <p>The right operand is packed into panels that all threads share (after Goto and van de Geijn,
 * "Anatomy of High-Performance Matrix Multiplication", 2008); each task copies the strips of the
 * left operand that it needs. Each element is summed in order of k within blocks of equal length,
 * whatever the tiles and the number of threads.
 */
public final class Sgemm {
    /** Most output rows of a task; all tasks get about as many, so that none is waited for. */
    private static final int BLOCK_M = 256;

    /** Most floats of packed panels at a time. */
    private static final int MAX_PANEL_FLOATS = 1 << 23;

    /**
     * Up to this many rows every task packs its own panels, which then go through the cache only.
     */
    private static final int FEW_ROWS = 64;

    /** Tasks per thread that are enough to keep the threads evenly busy. */
    private static final int TASKS_PER_THREAD = 3;

    /**
     * Products of fewer multiplications run in the calling thread: waking another one would take
     * longer.
     */
    private static final long INLINE_LIMIT = 200_000;

    private final boolean transA;
    private final boolean transB;
    private final int m;
    private final int n;
    private final int k;
    private final float[] a;
    private final int aOffset;
    private final int lda;
    private final float[] b;
    private final int bOffset;
    private final int ldb;
    private final boolean accumulate;
    private final float[] c;
    private final int cOffset;
    private final int ldc;
    private final Epilogue epilogue;
    private final int blockK;
    private final int blockRows;

    private Sgemm(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int lda,
            float[] b,
            int bOffset,
            int ldb,
            boolean accumulate,
            float[] c,
            int cOffset,
            int ldc,
            Epilogue epilogue) {
        this.transA = transA;
        this.transB = transB;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.aOffset = aOffset;
        this.lda = lda;
        this.b = b;
        this.bOffset = bOffset;
        this.ldb = ldb;
        this.accumulate = accumulate;
        this.c = c;
        this.cOffset = cOffset;
        this.ldc = ldc;
        this.epilogue = epilogue;
        blockK = Math.max(1, Math.ceilDiv(k, Math.max(1, Math.ceilDiv(k, MicroKernel.MAX_K))));
        int even = Math.ceilDiv(m, Math.ceilDiv(m, BLOCK_M));
        blockRows = Math.ceilDiv(even, MicroKernel.ROWS) * MicroKernel.ROWS;
    }

    /**
     * Computes the {@code m x n} matrix C from {@code op(A)}, {@code m x k}, and {@code op(B)},
     * {@code k x n}.
     *
     * @param transA whether A is stored as {@code k x m}
     * @param transB whether B is stored as {@code n x k}
     * @param lda distance between rows of A as stored
     * @param ldb distance between rows of B as stored
     * @param accumulate whether to add to C; otherwise C is overwritten
     * @param ldc distance between rows of C, also of the residual of the epilogue
     * @param epilogue what is done to the finished sums
     * @throws ShapeException if a size is negative or an operand does not fit into its array
     */
    public static void multiply(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int lda,
            float[] b,
            int bOffset,
            int ldb,
            boolean accumulate,
            float[] c,
            int cOffset,
            int ldc,
            Epilogue epilogue) {
        Objects.requireNonNull(epilogue, "epilogue");
        checkMatrix("A", a.length, aOffset, transA ? k : m, transA ? m : k, lda);
        checkMatrix("B", b.length, bOffset, transB ? n : k, transB ? k : n, ldb);
        checkMatrix("C", c.length, cOffset, m, n, ldc);
        epilogue.check(n, m == 0 ? 0 : (m - 1L) * ldc + n);
        if (m == 0 || n == 0) {
            return;
        }
        new Sgemm(
                        transA,
                        transB,
                        m,
                        n,
                        k,
                        a,
                        aOffset,
                        lda,
                        b,
                        bOffset,
                        ldb,
                        accumulate,
                        c,
                        cOffset,
                        ldc,
                        epilogue)
                .run();
    }

    private static void checkMatrix(
            String name, int length, int offset, int rows, int columns, int stride) {
        if (rows < 0 || columns < 0 || offset < 0 || (rows > 1 && stride < columns)) {
            throw new ShapeException(
                    "sgemm: %s: expected sizes of at least 0 and rows that do not overlap, got %d x %d, offset %d, stride %d"
                            .formatted(name, rows, columns, offset, stride));
        }
        long end = rows == 0 || columns == 0 ? 0 : offset + (rows - 1L) * stride + columns;
        if (end > length) {
            throw new ShapeException(
                    "sgemm: %s: expected an array of at least %d floats for %d x %d, got %d"
                            .formatted(name, end, rows, columns, length));
        }
    }

    private void run() {
        if (m <= FEW_ROWS) {
            runFewRows();
            return;
        }
        int panels = MAX_PANEL_FLOATS / (MicroKernel.COLUMNS * Math.max(1, k));
        int blockN = MicroKernel.COLUMNS * Math.max(1, panels);
        for (int n0 = 0; n0 < n; n0 += blockN) {
            runColumns(n0, Math.min(n, n0 + blockN));
        }
    }

    private boolean inline(int columns) {
        return (long) m * columns * k <= INLINE_LIMIT;
    }

    /** Each task packs a panel, block by block of k, and multiplies all rows with it. */
    private void runFewRows() {
        int panels = Math.ceilDiv(n, MicroKernel.COLUMNS);
        if (inline(n)) {
            for (int panel = 0; panel < panels; panel++) {
                ownPanel(panel);
            }
        } else {
            Workers.parallelFor(panels, this::ownPanel);
        }
    }

    private void ownPanel(int panel) {
        Scratch scratch = Scratch.current();
        int column = panel * MicroKernel.COLUMNS;
        int end = Math.min(n, column + MicroKernel.COLUMNS);
        MemorySegment data = scratch.ownPanels((long) blockK * MicroKernel.COLUMNS);
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += blockK) {
            int kc = Math.min(blockK, k - k0);
            BlockProduct.Panels panels = new BlockProduct.Panels(data, 0, kc, column, end);
            pack(panels, column, k0, scratch);
            rowBlock(scratch, 0, m, k0, panels, column, end);
        }
    }

    /**
     * The panels of a range of columns are packed by all threads, and then multiplied with blocks
     * of rows.
     */
    private void runColumns(int n0, int end) {
        int count = Math.ceilDiv(end - n0, MicroKernel.COLUMNS);
        int blocks = Math.max(1, Math.ceilDiv(k, blockK));
        int rowBlocks = Math.ceilDiv(m, blockRows);
        int columnBlocks =
                Math.min(count, Math.ceilDiv(TASKS_PER_THREAD * Workers.threads(), rowBlocks));
        int perBlock = MicroKernel.COLUMNS * Math.ceilDiv(count, columnBlocks);
        MemorySegment data = Scratch.current().panels((long) k * count * MicroKernel.COLUMNS);
        IntConsumer pack =
                i -> {
                    int k0 = i / count * blockK;
                    int column = n0 + i % count * MicroKernel.COLUMNS;
                    pack(panels(data, n0, end, k0), column, k0, Scratch.current());
                };
        IntConsumer multiply = i -> product(i, rowBlocks, perBlock, data, n0, end);
        if (inline(end - n0)) {
            for (int i = 0; i < blocks * count; i++) {
                pack.accept(i);
            }
            for (int i = 0; i < rowBlocks * columnBlocks; i++) {
                multiply.accept(i);
            }
        } else {
            Workers.parallelFor(blocks * count, pack);
            Workers.parallelFor(rowBlocks * columnBlocks, multiply);
        }
    }

    /** The panels of a block of k. */
    private BlockProduct.Panels panels(MemorySegment data, int n0, int end, int k0) {
        int count = Math.ceilDiv(end - n0, MicroKernel.COLUMNS);
        long start = 4L * k0 * count * MicroKernel.COLUMNS;
        return new BlockProduct.Panels(data, start, Math.min(blockK, k - k0), n0, end);
    }

    private void product(
            int task, int rowBlocks, int columnsPerTask, MemorySegment data, int n0, int end) {
        int row = task % rowBlocks * blockRows;
        int rows = Math.min(blockRows, m - row);
        int column = n0 + task / rowBlocks * columnsPerTask;
        int endColumn = Math.min(end, column + columnsPerTask);
        Scratch scratch = Scratch.current();
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += blockK) {
            BlockProduct.Panels panels = panels(data, n0, end, k0);
            rowBlock(scratch, row, rows, k0, panels, column, endColumn);
        }
    }

    private void rowBlock(
            Scratch scratch,
            int row,
            int rows,
            int k0,
            BlockProduct.Panels panels,
            int column,
            int end) {
        int kc = panels.k();
        int padded = Math.ceilDiv(rows, MicroKernel.ROWS) * MicroKernel.ROWS;
        float[] tiles = scratch.tiles(BlockProduct.tileSize(rows, end - column));
        boolean first = k0 == 0;
        boolean last = k - k0 <= blockK;
        BlockProduct.Target target = new BlockProduct.Target(c, cOffset, accumulate, epilogue);
        int[] targets = scratch.targets(rows);
        for (int i = 0; i < rows; i++) {
            targets[i] = cOffset + (row + i) * ldc;
        }
        float[] left;
        if (transA) {
            int strips = padded / MicroKernel.ROWS;
            left = scratch.left(strips * PatchPacking.stripDistance(kc));
            float[] line = scratch.line;
            for (int l = 0; l < kc; l++) {
                PatchPacking.copy(a, aOffset + (k0 + l) * lda + row, line, 0, rows);
                PatchPacking.interleave(line, rows, kc, l, left);
            }
        } else {
            left = scratch.left(padded * MicroKernel.STRIDE);
            for (int i = 0; i < rows; i++) {
                int from = aOffset + (row + i) * lda + k0;
                PatchPacking.copy(a, from, left, i * MicroKernel.STRIDE, kc);
            }
        }
        BlockProduct.multiply(
                transA, left, 0, rows, panels, column, end, tiles, first, last, targets, 0, target);
    }

    private void pack(BlockProduct.Panels panels, int column, int k0, Scratch scratch) {
        int columns = Math.min(MicroKernel.COLUMNS, panels.endColumn() - column);
        int width = MicroKernel.panelWidth(panels.endColumn() - column);
        long to = panels.offset(column);
        if (transB) {
            int from = bOffset + column * ldb + k0;
            PanelPacking.transposed(
                    b, from, ldb, panels.k(), columns, width, panels.data(), to, scratch.room);
        } else {
            int from = bOffset + k0 * ldb + column;
            PanelPacking.rows(b, from, ldb, panels.k(), columns, width, panels.data(), to);
        }
    }
}
