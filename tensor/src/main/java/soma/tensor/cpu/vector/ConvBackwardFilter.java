package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;

import java.lang.foreign.MemorySegment;

/**
 * Gradient of a convolution with respect to its weights: the product of the transposed patches with
 * the gradient of the output, summed over all pixels.
 *
 * <p>Weights are the rows of the product, in strips of 8. Where they give too few tasks, the pixels
 * are divided as well; the number of parts follows from the geometry, and the partial sums are
 * added in order, so that the result does not depend on the number of threads.
 */
public final class ConvBackwardFilter {
    /** Pixels whose products stay in registers. */
    private static final int BLOCK_PIXELS = 256;

    /** Most strips of a task. */
    private static final int BLOCK_STRIPS = 32;

    /** Most output channels of a task. */
    private static final int BLOCK_COLUMNS = 512;

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
    private final FilterStrips strips;
    private final int groupOut;
    private final int pixels;
    private final int columnBlocks;
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
        strips = new FilterStrips(ConvForward.taps(g), g.ci() / g.groups(), BLOCK_STRIPS);
        groupOut = g.co() / g.groups();
        pixels = g.n() * g.outH() * g.outW();
        columnBlocks = Math.ceilDiv(groupOut, BLOCK_COLUMNS);
        int tasks = Math.max(1, g.groups() * strips.blockCount() * columnBlocks);
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
        return g.kh() * g.kw() * (g.ci() / g.groups()) * g.co();
    }

    private void run() {
        int blocks = g.groups() * strips.blockCount() * columnBlocks;
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
        int stripBlock = index / columnBlocks % strips.blockCount();
        int group = index / columnBlocks / strips.blockCount();
        int firstStrip = stripBlock * BLOCK_STRIPS;
        int endStrip = Math.min(strips.count(), firstStrip + BLOCK_STRIPS);
        int column = columnBlock * BLOCK_COLUMNS;
        int endColumn = Math.min(groupOut, column + BLOCK_COLUMNS);
        int start = part * partPixels;
        int end = Math.min(pixels, start + partPixels);
        Scratch scratch = Scratch.current();
        boolean more = add;
        int at = start;
        do {
            int count = Math.clamp(end - at, 0, BLOCK_PIXELS);
            MemorySegment data =
                    scratch.ownPanels((long) BLOCK_PIXELS * (BLOCK_COLUMNS + MicroKernel.COLUMNS));
            BlockProduct.Panels panels = new BlockProduct.Panels(data, count, column, endColumn);
            packGradient(panels, group, at);
            packPatches(scratch, group, firstStrip, endStrip, at, count);
            multiply(scratch, panels, group, firstStrip, endStrip, to, toOffset, more);
            more = true;
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

    private void packPatches(
            Scratch scratch, int group, int firstStrip, int endStrip, int start, int count) {
        int[] y = scratch.y(count);
        int[] x = scratch.x(count);
        int[] base = scratch.rows(count);
        int outX = start % g.outW();
        int outY = start / g.outW() % g.outH();
        int image = start / g.outW() / g.outH();
        for (int i = 0; i < count; i++) {
            y[i] = outY * g.strideH();
            x[i] = outX * g.strideW();
            base[i] = in.pixel(image, y[i], x[i]) + group * (g.ci() / g.groups());
            if (++outX == g.outW()) {
                outX = 0;
                if (++outY == g.outH()) {
                    outY = 0;
                    image++;
                }
            }
        }
        int strip = count * MicroKernel.ROWS;
        float[] left = scratch.left((endStrip - firstStrip) * strip + VectorWidth.LANES);
        for (int s = firstStrip; s < endStrip; s++) {
            strips.pack(in, s, base, y, x, count, left, (s - firstStrip) * strip);
        }
    }

    private void multiply(
            Scratch scratch,
            BlockProduct.Panels panels,
            int group,
            int firstStrip,
            int endStrip,
            float[] to,
            int toOffset,
            boolean add) {
        int k = panels.k();
        float[] left = scratch.left(0);
        float[] tile = scratch.tile;
        int[] targets = scratch.targets(MicroKernel.ROWS);
        for (int j = panels.firstColumn(); j < panels.endColumn(); j += MicroKernel.COLUMNS) {
            int columns = Math.min(MicroKernel.COLUMNS, panels.endColumn() - j);
            int width = MicroKernel.panelWidth(panels.endColumn() - j);
            long at = panels.offset(j);
            for (int s = firstStrip; s < endStrip; s++) {
                int from = (s - firstStrip) * k * MicroKernel.ROWS;
                MicroKernel.multiplyPacked(left, from, k, panels.data(), at, width, tile);
                for (int r = 0; r < MicroKernel.ROWS; r++) {
                    targets[r] = toOffset + (strips.firstRow(s) + r) * g.co() + group * groupOut;
                }
                TileStore.store(tile, width, strips.rows(s), columns, to, targets, 0, j, add);
            }
        }
    }
}
