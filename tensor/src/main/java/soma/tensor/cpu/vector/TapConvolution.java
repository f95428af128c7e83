package soma.tensor.cpu.vector;

import soma.tensor.cpu.Workers;

import java.lang.foreign.MemorySegment;

/**
 * Implicit matrix product of patches and weights: what a forward convolution and each phase of its
 * gradient with respect to the input have in common.
 *
 * <p>Output pixels are the rows of the product, in strips of 8. A strip whose taps all lie inside
 * of the image is read in place, run by run; patches are copied only for strips at the border, and
 * where runs are short. The sums go in order of taps and channels within blocks of k, whatever the
 * tiles and the number of threads.
 */
final class TapConvolution {
    /** Most products that stay in registers. */
    private static final int MAX_BLOCK_K = 512;

    /** Output pixels of a task. */
    private static final int BLOCK_M = 96;

    /** Tasks that are enough to keep the threads evenly busy. */
    private static final int ENOUGH_TASKS = 32;

    /** Runs of at least this many values are read in place. */
    private static final int LONG_RUN = 32;

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
    private final boolean inPlace;
    private final int[] segments;
    private final int[] blockSegments;
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
        blocks = Math.max(1, Math.ceilDiv(k, MAX_BLOCK_K));
        blockK = Math.ceilDiv(k, blocks);
        panelCount = Math.ceilDiv(groupOut, MicroKernel.COLUMNS);
        int lastColumn = (panelCount - 1) * MicroKernel.COLUMNS;
        paddedColumns = lastColumn + MicroKernel.panelWidth(groupOut - lastColumn);
        inPlace = taps.runCount() == 0 || k / taps.runCount() >= LONG_RUN;
        segments = new int[2 * (taps.runCount() + blocks)];
        blockSegments = new int[blocks + 1];
        cutRuns();
    }

    /** Cuts the runs at the borders of the blocks of k. */
    private void cutRuns() {
        int count = 0;
        int at = 0;
        for (int run = 0; run < taps.runCount(); run++) {
            int first = taps.runs[run];
            int shift = (taps.y[first] * in.width() + taps.x[first]) * in.channels();
            int end = taps.runs[run + 1] * groupIn;
            while (at < end) {
                int block = at / blockK;
                int length = Math.min(end, (block + 1) * blockK) - at;
                segments[2 * count] = shift;
                segments[2 * count + 1] = length;
                count++;
                blockSegments[block + 1] = count;
                shift += length;
                at += length;
            }
        }
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
        float[] room = Scratch.current().tile;
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
        int endPanel = Math.min(panelCount, firstPanel + panelsPerTask);
        Scratch scratch = Scratch.current();
        locate(scratch, first, count);
        copyPatches(scratch, first, count);
        for (int group = 0; group < groups; group++) {
            for (int block = 0; block < blocks; block++) {
                for (int panel = firstPanel; panel < endPanel; panel++) {
                    multiply(scratch, count, group, block, panel);
                }
            }
        }
    }

    /**
     * Fills in the offsets of the pixels in input and output, and marks the strips that are read in
     * place.
     */
    private void locate(Scratch scratch, int first, int count) {
        int padded = Math.ceilDiv(count, MicroKernel.ROWS) * MicroKernel.ROWS;
        int[] rows = scratch.rows(padded);
        int[] targets = scratch.targets(padded);
        int[] marks = scratch.marks(padded / MicroKernel.ROWS);
        int x = first % grid.width();
        int y = first / grid.width() % grid.height();
        int image = first / grid.width() / grid.height();
        for (int i = 0; i < count; i++) {
            int strip = i / MicroKernel.ROWS;
            int inY = y * grid.inStepH();
            int inX = x * grid.inStepW();
            rows[i] = in.pixel(image, inY, inX);
            targets[i] =
                    out.pixel(
                            image,
                            y * grid.outStepH() + grid.outStartH(),
                            x * grid.outStepW() + grid.outStartW());
            boolean inside = inPlace && taps.inside(inY, inX, in.height(), in.width());
            boolean soFar = i % MicroKernel.ROWS == 0 || marks[strip] != 0;
            marks[strip] = inside && soFar ? 1 : 0;
            if (++x == grid.width()) {
                x = 0;
                if (++y == grid.height()) {
                    y = 0;
                    image++;
                }
            }
        }
        for (int i = count; i < padded; i++) {
            rows[i] = rows[count - 1];
        }
    }

    /**
     * Copies the patches of the strips that are not read in place, and points their rows to them.
     */
    private void copyPatches(Scratch scratch, int first, int count) {
        int strips = Math.ceilDiv(count, MicroKernel.ROWS);
        int[] marks = scratch.marks(strips);
        int copied = 0;
        for (int strip = 0; strip < strips; strip++) {
            copied += marks[strip] == 0 ? 1 : 0;
        }
        int patch = groups * k;
        float[] left = scratch.left(copied * MicroKernel.ROWS * patch + VectorWidth.LANES);
        int[] rows = scratch.rows(strips * MicroKernel.ROWS);
        int to = 0;
        for (int strip = 0; strip < strips; strip++) {
            if (marks[strip] != 0) {
                continue;
            }
            for (int r = 0; r < MicroKernel.ROWS; r++) {
                int i = strip * MicroKernel.ROWS + r;
                int pixel = first + Math.min(i, count - 1);
                int x = pixel % grid.width();
                int y = pixel / grid.width() % grid.height();
                int image = pixel / grid.width() / grid.height();
                int inY = y * grid.inStepH();
                int inX = x * grid.inStepW();
                PatchPacking.patch(in, taps, groups, image, inY, inX, left, to);
                rows[i] = to;
                to += patch;
            }
        }
    }

    private void multiply(Scratch scratch, int count, int group, int block, int panel) {
        int strips = Math.ceilDiv(count, MicroKernel.ROWS);
        int column = panel * MicroKernel.COLUMNS;
        int columns = Math.min(MicroKernel.COLUMNS, groupOut - column);
        int width = MicroKernel.panelWidth(groupOut - column);
        long at = panelOffset(group, block, panel);
        int[] rows = scratch.rows(strips * MicroKernel.ROWS);
        int[] targets = scratch.targets(strips * MicroKernel.ROWS);
        int[] marks = scratch.marks(strips);
        float[] left = scratch.left(0);
        float[] tile = scratch.tile;
        int from = blockSegments[block];
        int to = blockSegments[block + 1];
        int[] inPlaceSegments = groupSegments(group);
        int begin = block * blockK;
        int[] copiedSegment = {group * k + begin, Math.min(blockK, k - begin)};
        boolean last = block == blocks - 1;
        BlockProduct.Target target =
                new BlockProduct.Target(
                        out.data(), out.offset(), block > 0, last ? epilogue : Epilogue.NONE);
        for (int strip = 0; strip < strips; strip++) {
            int i = strip * MicroKernel.ROWS;
            if (marks[strip] != 0) {
                MicroKernel.multiplyRows(
                        in.data(), rows, i, inPlaceSegments, from, to, panels, at, width, tile);
            } else {
                MicroKernel.multiplyRows(
                        left, rows, i, copiedSegment, 0, 1, panels, at, width, tile);
            }
            int valid = Math.min(MicroKernel.ROWS, count - i);
            target.store(tile, width, valid, columns, targets, i, group * groupOut + column);
        }
    }

    /** The segments of a group: those of the first, moved by its channels. */
    private int[] groupSegments(int group) {
        if (group == 0) {
            return segments;
        }
        int[] moved = segments.clone();
        for (int s = 0; s < moved.length; s += 2) {
            moved[s] += group * groupIn;
        }
        return moved;
    }
}
