package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;

import java.lang.foreign.MemorySegment;

/**
 * Gradient of a convolution with respect to its weights: the product of the transposed patches with
 * the gradient of the output, summed over all pixels.
 *
 * <p>Weights are the rows of the product. Where they give too few tasks, the pixels are divided as
 * well; the number of parts follows from the geometry, and the partial sums are added in order, so
 * that the result does not depend on the number of threads.
 */
public final class ConvBackwardFilter {
    /** Pixels whose products stay in registers. */
    private static final int BLOCK_PIXELS = 256;

    /** Most output channels of a task. */
    private static final int BLOCK_COLUMNS = 256;

    /** Tasks that are enough to keep the threads evenly busy. */
    private static final int ENOUGH_TASKS = 24;

    /** Fewer pixels than this are not divided further. */
    private static final int PART_PIXELS = 1024;

    private final ConvGeometry g;
    private final FeatureMap in;
    private final FeatureMap gradOut;
    private final float[] gradW;
    private final int gradWOffset;
    private final boolean accumulate;
    private final Taps taps;
    private final int groupIn;
    private final int groupOut;
    private final int pixels;
    private final int k;
    private final int blockK;
    private final int rowBlocks;
    private final int columnBlocks;
    private final int[] pieces;
    private final int[] blockPieces;
    private final int parts;
    private final int partPixels;

    private ConvBackwardFilter(
            ConvGeometry g,
            FeatureMap in,
            FeatureMap gradOut,
            float[] gradW,
            int gradWOffset,
            boolean accumulate) {
        this.g = g;
        this.in = in;
        this.gradOut = gradOut;
        this.gradW = gradW;
        this.gradWOffset = gradWOffset;
        this.accumulate = accumulate;
        taps = ConvForward.taps(g);
        groupIn = g.ci() / g.groups();
        groupOut = g.co() / g.groups();
        k = taps.count() * groupIn;
        int strips = Math.ceilDiv(k, MicroKernel.ROWS);
        int atLeast = Math.ceilDiv(k, MicroKernel.MAX_K);
        blockK = MicroKernel.ROWS * Math.ceilDiv(strips, atLeast);
        rowBlocks = Math.ceilDiv(k, blockK);
        blockPieces = new int[rowBlocks + 1];
        pieces = taps.pieces(groupIn, blockK, blockPieces);
        pixels = g.n() * g.outH() * g.outW();
        columnBlocks = Math.ceilDiv(groupOut, BLOCK_COLUMNS);
        int tasks = Math.max(1, g.groups() * rowBlocks * columnBlocks);
        int wanted = Math.ceilDiv(ENOUGH_TASKS, tasks);
        parts = Math.max(1, Math.min(wanted, Math.ceilDiv(pixels, PART_PIXELS)));
        partPixels = Math.ceilDiv(pixels, parts);
    }

    /**
     * Writes or adds the gradient of the weights.
     *
     * @param x input [n,h,w,ci]
     * @param gradOut gradient of the output [n,outH,outW,co]
     * @param accumulate whether to add to {@code gradW}; otherwise it is overwritten
     * @param gradW [kh,kw,ci/groups,co]
     * @throws ShapeException if an array is too short for the geometry
     */
    public static void run(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] gradOut,
            int gradOutOffset,
            boolean accumulate,
            float[] gradW,
            int gradWOffset) {
        FeatureMap in = new FeatureMap(x, xOffset, g.n(), g.h(), g.w(), g.ci());
        FeatureMap from = new FeatureMap(gradOut, gradOutOffset, g.n(), g.outH(), g.outW(), g.co());
        ConvWeights target = new ConvWeights(g, gradW, gradWOffset);
        if (g.ci() > 0 && g.co() > 0) {
            new ConvBackwardFilter(g, in, from, target.data(), target.offset(), accumulate).run();
        }
    }

    private int size() {
        return k * g.co();
    }

    private void run() {
        int blocks = g.groups() * rowBlocks * columnBlocks;
        if (parts == 1) {
            Workers.parallelFor(blocks, i -> block(i, 0, gradW, gradWOffset, accumulate));
            return;
        }
        int size = size();
        float[] partial = Scratch.current().partial(parts * size);
        Workers.parallelFor(
                parts * blocks,
                i -> block(i % blocks, i / blocks, partial, i / blocks * size, false));
        int rows = size / g.co();
        Workers.parallelFor(
                Math.ceilDiv(rows, 16),
                i -> addParts(partial, i * 16 * g.co(), Math.min(rows, i * 16 + 16) * g.co()));
    }

    private void addParts(float[] partial, int from, int end) {
        int size = size();
        for (int part = 0; part < parts; part++) {
            boolean first = part == 0 && !accumulate;
            int at = part * size;
            if (first) {
                System.arraycopy(partial, at + from, gradW, gradWOffset + from, end - from);
            } else {
                for (int i = from; i < end; i++) {
                    gradW[gradWOffset + i] += partial[at + i];
                }
            }
        }
    }

    private void block(int index, int part, float[] to, int toOffset, boolean add) {
        int columnBlock = index % columnBlocks;
        int rowBlock = index / columnBlocks % rowBlocks;
        int group = index / columnBlocks / rowBlocks;
        int column = columnBlock * BLOCK_COLUMNS;
        int endColumn = Math.min(groupOut, column + BLOCK_COLUMNS);
        int start = part * partPixels;
        int end = Math.min(pixels, start + partPixels);
        int rows = Math.min(blockK, k - rowBlock * blockK);
        Scratch scratch = Scratch.current();
        int[] targets = scratch.targets(rows);
        for (int i = 0; i < rows; i++) {
            targets[i] = toOffset + (rowBlock * blockK + i) * g.co() + group * groupOut;
        }
        long floats = (long) BLOCK_PIXELS * (BLOCK_COLUMNS + MicroKernel.COLUMNS);
        MemorySegment data = scratch.ownPanels(floats);
        float[] tiles = scratch.tiles(BlockProduct.tileSize(rows, endColumn - column));
        BlockProduct.Target target = new BlockProduct.Target(to, toOffset, add, Epilogue.NONE);
        int at = start;
        do { // at least once, so that the gradient of no pixels is zero
            int count = Math.clamp(end - at, 0, BLOCK_PIXELS);
            BlockProduct.Panels panels = new BlockProduct.Panels(data, 0, count, column, endColumn);
            packGradient(panels, group, at);
            float[] left = copyPatches(scratch, group, rowBlock, rows, at, count);
            BlockProduct.multiply(
                    true,
                    left,
                    0,
                    rows,
                    panels,
                    column,
                    endColumn,
                    tiles,
                    at == start,
                    at + BLOCK_PIXELS >= end,
                    targets,
                    0,
                    target);
            at += BLOCK_PIXELS;
        } while (at < end);
    }

    private void packGradient(BlockProduct.Panels panels, int group, int firstPixel) {
        int from = gradOut.offset() + firstPixel * g.co() + group * groupOut;
        for (int j = panels.firstColumn(); j < panels.endColumn(); j += MicroKernel.COLUMNS) {
            int columns = Math.min(MicroKernel.COLUMNS, panels.endColumn() - j);
            PanelPacking.rows(
                    gradOut.data(),
                    from + j,
                    g.co(),
                    panels.k(),
                    columns,
                    MicroKernel.panelWidth(panels.endColumn() - j),
                    panels.data(),
                    panels.offset(j));
        }
    }

    private float[] copyPatches(
            Scratch scratch, int group, int rowBlock, int rows, int start, int count) {
        int strips = Math.ceilDiv(rows, MicroKernel.ROWS);
        float[] left = scratch.left(strips * PatchPacking.stripDistance(BLOCK_PIXELS));
        float[] line = scratch.line;
        int from = blockPieces[rowBlock];
        int end = blockPieces[rowBlock + 1];
        for (int i = 0; i < count; i++) {
            int pixel = start + i;
            int x = pixel % g.outW() * g.strideW();
            int y = pixel / g.outW() % g.outH() * g.strideH();
            int image = pixel / g.outW() / g.outH();
            int base = in.pixel(image, y, x) + group * groupIn;
            if (taps.inside(y, x, g.h(), g.w())) {
                PatchPacking.inside(in, taps, pieces, from, end, base, line, 0);
            } else {
                PatchPacking.clipped(in, taps, groupIn, pieces, from, end, base, y, x, line, 0);
            }
            PatchPacking.interleave(line, rows, count, i, left);
        }
        return left;
    }
}
