package soma.tensor.cpu.vector;

import soma.tensor.cpu.Workers;

import java.lang.foreign.MemorySegment;

/**
 * Implicit matrix product of patches and weights: what a forward convolution and each phase of its
 * gradient with respect to the input have in common.
 *
 * <p>Output pixels are the rows of the product, in strips of 8 whose patches are copied block by
 * block of k; the matrix of all patches never exists. The sums go in order of taps and channels
 * within blocks of k, whatever the tiles and the number of threads.
 */
final class TapConvolution {
    /** Output pixels of a task. */
    private static final int BLOCK_M = 192;

    /** Tasks that are enough to keep the threads evenly busy. */
    private static final int ENOUGH_TASKS = 32;

    /** Convolutions of fewer multiplications run in the calling thread. */
    private static final long INLINE_LIMIT = 200_000;

    /** Copies weights of one tap and group to {@code rows x width} values of a panel. */
    interface WeightPacker {
        void pack(
                int tap,
                int group,
                int firstRow,
                int rows,
                int column,
                int columns,
                int width,
                MemorySegment panel,
                long to,
                float[] room);
    }

    /**
     * The pixels that are computed and where they go.
     *
     * @param height rows of pixels
     * @param width pixels per row
     * @param inStepH input rows between rows of pixels
     * @param inStepW input columns between pixels
     * @param outStepH output rows between rows of pixels
     * @param outStepW output columns between pixels
     * @param outStartH output row of the first pixel
     * @param outStartW output column of the first pixel
     */
    record Grid(
            int height,
            int width,
            int inStepH,
            int inStepW,
            int outStepH,
            int outStepW,
            int outStartH,
            int outStartW) {}

    private final FeatureMap in;
    private final FeatureMap out;
    private final Taps taps;
    private final Grid grid;
    private final int groups;
    private final WeightPacker weights;
    private final Epilogue epilogue;
    private final int groupIn;
    private final int groupOut;
    private final int k;
    private final int blockK;
    private final int blocks;
    private final int panelCount;
    private final int paddedColumns;
    private final int[] pieces;
    private final int[] blockPieces;
    private MemorySegment panels;

    TapConvolution(
            FeatureMap in,
            FeatureMap out,
            Taps taps,
            Grid grid,
            int groups,
            WeightPacker weights,
            Epilogue epilogue) {
        this.in = in;
        this.out = out;
        this.taps = taps;
        this.grid = grid;
        this.groups = groups;
        this.weights = weights;
        this.epilogue = epilogue;
        groupIn = in.channels() / groups;
        groupOut = out.channels() / groups;
        k = taps.count() * groupIn;
        blocks = Math.max(1, Math.ceilDiv(k, MicroKernel.MAX_K));
        blockK = Math.ceilDiv(k, blocks);
        panelCount = Math.ceilDiv(groupOut, MicroKernel.COLUMNS);
        int lastColumn = (panelCount - 1) * MicroKernel.COLUMNS;
        paddedColumns = lastColumn + MicroKernel.panelWidth(groupOut - lastColumn);
        blockPieces = new int[blocks + 1];
        pieces = taps.pieces(groupIn, Math.max(1, blockK), blockPieces);
    }

    /** Computes all pixels of the grid. */
    void run() {
        int pixels = in.images() * grid.height() * grid.width();
        if (pixels == 0 || groupOut == 0) {
            return;
        }
        panels = Scratch.current().panels((long) groups * k * paddedColumns);
        int rowBlocks = Math.ceilDiv(pixels, BLOCK_M);
        int columnBlocks = Math.min(panelCount, Math.ceilDiv(ENOUGH_TASKS, rowBlocks));
        int perTask = Math.ceilDiv(panelCount, columnBlocks);
        if ((long) pixels * k * out.channels() <= INLINE_LIMIT) {
            for (int i = 0; i < groups * panelCount; i++) {
                packPanel(i);
            }
            for (int i = 0; i < rowBlocks * columnBlocks; i++) {
                product(i, rowBlocks, perTask, pixels);
            }
        } else {
            Workers.parallelFor(groups * panelCount, this::packPanel);
            Workers.parallelFor(
                    rowBlocks * columnBlocks, i -> product(i, rowBlocks, perTask, pixels));
        }
    }

    private long panelOffset(int group, int block, int panel) {
        int rows = Math.min(blockK, k - block * blockK);
        long before = ((long) group * k + (long) block * blockK) * paddedColumns;
        return 4 * (before + (long) panel * MicroKernel.COLUMNS * rows);
    }

    private void packPanel(int index) {
        int group = index / panelCount;
        int panel = index % panelCount;
        int column = panel * MicroKernel.COLUMNS;
        int columns = Math.min(MicroKernel.COLUMNS, groupOut - column);
        int width = MicroKernel.panelWidth(groupOut - column);
        float[] room = Scratch.current().room;
        for (int at = 0; at < k; ) {
            int tap = at / groupIn;
            int block = at / blockK;
            int rows = Math.min((tap + 1) * groupIn, (block + 1) * blockK) - at;
            long to = panelOffset(group, block, panel) + 4L * (at - block * blockK) * width;
            int first = at - tap * groupIn;
            weights.pack(tap, group, first, rows, column, columns, width, panels, to, room);
            at += rows;
        }
    }

    private void product(int task, int rowBlocks, int panelsPerTask, int pixels) {
        int first = task % rowBlocks * BLOCK_M;
        int count = Math.min(BLOCK_M, pixels - first);
        int firstPanel = task / rowBlocks * panelsPerTask;
        int column = firstPanel * MicroKernel.COLUMNS;
        int end = Math.min(groupOut, column + panelsPerTask * MicroKernel.COLUMNS);
        BlockProduct.Target target =
                new BlockProduct.Target(out.data(), out.offset(), false, epilogue);
        Scratch scratch = Scratch.current();
        float[] tiles = scratch.tiles(BlockProduct.tileSize(count, end - column));
        locate(scratch, first, count);
        for (int group = 0; group < groups; group++) {
            for (int block = 0; block < blocks; block++) {
                copyPatches(scratch, count, group, block);
                int rows = Math.min(blockK, k - block * blockK);
                long start = panelOffset(group, block, 0);
                BlockProduct.Panels part =
                        new BlockProduct.Panels(panels, start, rows, 0, groupOut);
                BlockProduct.multiply(
                        false,
                        scratch.left(0),
                        0,
                        count,
                        part,
                        column,
                        end,
                        tiles,
                        block == 0,
                        block == blocks - 1,
                        scratch.targets(count),
                        group * groupOut,
                        target);
            }
        }
    }

    /** Fills in where the pixels lie in input and output. */
    private void locate(Scratch scratch, int first, int count) {
        int[] rows = scratch.rows(count);
        int[] targets = scratch.targets(count);
        int[] inY = scratch.y(count);
        int[] inX = scratch.x(count);
        int x = first % grid.width();
        int y = first / grid.width() % grid.height();
        int image = first / grid.width() / grid.height();
        for (int i = 0; i < count; i++) {
            inY[i] = y * grid.inStepH();
            inX[i] = x * grid.inStepW();
            rows[i] = in.pixel(image, inY[i], inX[i]);
            int outY = y * grid.outStepH() + grid.outStartH();
            targets[i] = out.pixel(image, outY, x * grid.outStepW() + grid.outStartW());
            if (++x == grid.width()) {
                x = 0;
                if (++y == grid.height()) {
                    y = 0;
                    image++;
                }
            }
        }
    }

    private void copyPatches(Scratch scratch, int count, int group, int block) {
        int[] rows = scratch.rows(count);
        int[] y = scratch.y(count);
        int[] x = scratch.x(count);
        int from = blockPieces[block];
        int end = blockPieces[block + 1];
        int strips = Math.ceilDiv(count, MicroKernel.ROWS);
        float[] left = scratch.left(strips * MicroKernel.ROWS * MicroKernel.STRIDE);
        for (int i = 0; i < count; i++) {
            int base = rows[i] + group * groupIn;
            int to = i * MicroKernel.STRIDE;
            if (taps.inside(y[i], x[i], in.height(), in.width())) {
                PatchPacking.inside(in, taps, pieces, from, end, base, left, to);
            } else {
                PatchPacking.clipped(
                        in, taps, groupIn, pieces, from, end, base, y[i], x[i], left, to);
            }
        }
    }
}
