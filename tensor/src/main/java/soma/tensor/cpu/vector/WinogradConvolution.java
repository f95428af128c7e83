package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;

import soma.tensor.cpu.Workers;

import java.lang.foreign.MemorySegment;

/**
 * Convolution with 3x3 kernels of stride 1 by the algorithm F(2x2, 3x3), see {@link
 * WinogradTransforms}: 16 products for 4 output pixels in place of 36.
 *
 * <p>A task transforms the patches of a block of tiles, multiplies them position by position with
 * the transformed weights, and transforms the products of some output channels back while they are
 * in the cache. Sums go in order of the channels, whatever the tiles and the number of threads. The
 * transforms add roundings of the order of those of the direct sum; the system property {@code
 * soma.winograd=false} switches the algorithm off.
 */
final class WinogradConvolution {
    private static final boolean ENABLED = !"false".equals(System.getProperty("soma.winograd"));

    /** Output channels whose products are kept at a time. */
    private static final int BLOCK_COLUMNS = 2 * MicroKernel.COLUMNS;

    /** Most transformed patches, tiles times blocks of channels, of a task. */
    private static final int BLOCK_TILES = 64;

    /** Tasks that are enough to keep the threads evenly busy. */
    private static final int ENOUGH_TASKS = 8;

    /** With fewer tiles the transform of the weights costs more than it saves. */
    private static final int LEAST_TILES = 64;

    /** With fewer channels the transforms of the maps cost more than they save. */
    private static final int LEAST_CHANNELS = 32;

    private final FeatureMap in;
    private final FeatureMap out;
    private final int padY;
    private final int padX;
    private final float[] weights;
    private final int firstTap;
    private final int tapStep;
    private final Epilogue epilogue;
    private final int tilesY;
    private final int tilesX;
    private final int tiles;
    private final int blocks;
    private final int blockK;
    private final int blockTiles;
    private final int columnBlocks;
    private MemorySegment panels;

    /**
     * Prepares a convolution whose output pixel (y, x) reads the input rows from {@code y - padY}
     * on.
     *
     * @param weights taps of {@code [in.channels][out.channels]}
     * @param firstTap index of the first weight of the upper left tap
     * @param tapStep distance of the taps; negative if they are stored in reverse
     */
    WinogradConvolution(
            FeatureMap in,
            FeatureMap out,
            int padY,
            int padX,
            float[] weights,
            int firstTap,
            int tapStep,
            Epilogue epilogue) {
        this.in = in;
        this.out = out;
        this.padY = padY;
        this.padX = padX;
        this.weights = weights;
        this.firstTap = firstTap;
        this.tapStep = tapStep;
        this.epilogue = epilogue;
        tilesY = Math.ceilDiv(out.height(), 2);
        tilesX = Math.ceilDiv(out.width(), 2);
        tiles = in.images() * tilesY * tilesX;
        blocks = Math.ceilDiv(in.channels(), MicroKernel.MAX_K);
        blockK = LANES * Math.ceilDiv(in.channels() / LANES, blocks);
        int most = Math.max(MicroKernel.ROWS, BLOCK_TILES / blocks);
        int even = Math.ceilDiv(Math.ceilDiv(tiles, ENOUGH_TASKS), MicroKernel.ROWS);
        blockTiles = Math.clamp((long) even * MicroKernel.ROWS, Math.min(most, 32), most);
        columnBlocks = Math.ceilDiv(out.channels(), BLOCK_COLUMNS);
    }

    /** Whether the algorithm applies and pays. */
    static boolean suits(FeatureMap in, FeatureMap out) {
        long tiles =
                (long) in.images() * Math.ceilDiv(out.height(), 2) * Math.ceilDiv(out.width(), 2);
        return ENABLED
                && in.channels() % LANES == 0
                && in.channels() >= LEAST_CHANNELS
                && out.channels() >= LEAST_CHANNELS
                && tiles >= LEAST_TILES;
    }

    /** Computes the whole output. */
    void run() {
        int channels = in.channels();
        int columns = columnBlocks * BLOCK_COLUMNS;
        panels = Scratch.current().panels((long) WinogradTransforms.POSITIONS * channels * columns);
        Workers.parallelFor(Math.ceilDiv(channels, 16), this::packWeights);
        int tileBlocks = Math.ceilDiv(tiles, blockTiles);
        int splits = Math.min(columnBlocks, Math.ceilDiv(ENOUGH_TASKS, tileBlocks));
        int perTask = Math.ceilDiv(columnBlocks, splits);
        Workers.parallelFor(
                tileBlocks * splits, task -> block(task % tileBlocks, task / tileBlocks, perTask));
    }

    /** Byte offset of a panel: positions within blocks of columns within blocks of channels. */
    private long panelOffset(int block, int columnBlock, int position, int panel) {
        long channelsBefore = (long) block * blockK * columnBlocks * BLOCK_COLUMNS;
        int rows = Math.min(blockK, in.channels() - block * blockK);
        long before = (long) columnBlock * WinogradTransforms.POSITIONS + position;
        return 4
                * (channelsBefore * WinogradTransforms.POSITIONS
                        + rows * (before * BLOCK_COLUMNS + (long) panel * MicroKernel.COLUMNS));
    }

    private void packWeights(int part) {
        int end = Math.min(in.channels(), part * 16 + 16);
        for (int channel = part * 16; channel < end; channel++) {
            int block = channel / blockK;
            int row = channel - block * blockK;
            int rows = Math.min(blockK, in.channels() - block * blockK);
            long distance = 4L * rows * BLOCK_COLUMNS;
            for (int j = 0; j < out.channels(); j += MicroKernel.COLUMNS) {
                int panel = j % BLOCK_COLUMNS / MicroKernel.COLUMNS;
                int width = MicroKernel.panelWidth(out.channels() - j);
                long to = panelOffset(block, j / BLOCK_COLUMNS, 0, panel) + 4L * row * width;
                int from = firstTap + channel * out.channels() + j;
                int columns = Math.min(MicroKernel.COLUMNS, out.channels() - j);
                WinogradTransforms.weights(
                        weights, from, tapStep, columns, width, panels, to, distance);
            }
        }
    }

    private void block(int tileBlock, int split, int columnBlocksPerTask) {
        int first = tileBlock * blockTiles;
        int count = Math.min(blockTiles, tiles - first);
        Scratch scratch = Scratch.current();
        transformPatches(scratch, first, count);
        int[] targets = scratch.targets(blockTiles);
        for (int i = 0; i < blockTiles; i++) {
            targets[i] = i * BLOCK_COLUMNS;
        }
        int begin = split * columnBlocksPerTask;
        int end = Math.min(columnBlocks, begin + columnBlocksPerTask);
        for (int columnBlock = begin; columnBlock < end; columnBlock++) {
            for (int position = 0; position < WinogradTransforms.POSITIONS; position++) {
                multiply(scratch, count, columnBlock, position);
            }
            transformBack(scratch, first, count, columnBlock);
        }
    }

    private int patchOffset(int block, int position, int tile) {
        return ((block * WinogradTransforms.POSITIONS + position) * blockTiles + tile)
                * MicroKernel.STRIDE;
    }

    private void transformPatches(Scratch scratch, int first, int count) {
        float[] to = scratch.left(patchOffset(blocks, 0, 0));
        float[] copy = scratch.partial(16 * in.channels() + LANES);
        for (int i = 0; i < count; i++) {
            int tile = first + i;
            int x = tile % tilesX * 2 - padX;
            int y = tile / tilesX % tilesY * 2 - padY;
            int image = tile / tilesX / tilesY;
            boolean inside = y >= 0 && x >= 0 && y + 4 <= in.height() && x + 4 <= in.width();
            if (!inside) {
                copyPatch(image, y, x, copy);
            }
            float[] source = inside ? in.data() : copy;
            int from = inside ? in.pixel(image, y, x) : 0;
            int rowStep = (inside ? in.width() : 4) * in.channels();
            for (int block = 0; block < blocks; block++) {
                int channel = block * blockK;
                int channels = Math.min(blockK, in.channels() - channel);
                WinogradTransforms.input(
                        source,
                        from + channel,
                        rowStep,
                        in.channels(),
                        channels,
                        to,
                        patchOffset(block, 0, i),
                        blockTiles * MicroKernel.STRIDE);
            }
        }
    }

    /** Copies a patch at the border, with zeros outside of the image. */
    private void copyPatch(int image, int y, int x, float[] to) {
        int channels = in.channels();
        for (int p = 0; p < 16; p++) {
            int row = y + p / 4;
            int column = x + p % 4;
            if (row >= 0 && row < in.height() && column >= 0 && column < in.width()) {
                PatchPacking.copy(
                        in.data(), in.pixel(image, row, column), to, p * channels, channels);
            } else {
                PatchPacking.zero(to, p * channels, channels);
            }
        }
    }

    private void multiply(Scratch scratch, int count, int columnBlock, int position) {
        int[] targets = scratch.targets(0);
        float[] products = scratch.products(productCount());
        float[] left = scratch.left(0);
        int column = columnBlock * BLOCK_COLUMNS;
        int end = Math.min(BLOCK_COLUMNS, out.channels() - column);
        float[] tiles = scratch.tiles(BlockProduct.tileSize(count, end));
        int shift = position * blockTiles * BLOCK_COLUMNS;
        BlockProduct.Target target = new BlockProduct.Target(products, 0, false, Epilogue.NONE);
        for (int block = 0; block < blocks; block++) {
            int k = Math.min(blockK, in.channels() - block * blockK);
            long start = panelOffset(block, columnBlock, position, 0);
            BlockProduct.Panels part = new BlockProduct.Panels(panels, start, k, 0, end);
            int from = patchOffset(block, position, 0);
            BlockProduct.multiply(
                    false,
                    left,
                    from,
                    count,
                    part,
                    0,
                    end,
                    tiles,
                    block == 0,
                    block == blocks - 1,
                    targets,
                    shift,
                    target);
        }
    }

    private int productCount() {
        return WinogradTransforms.POSITIONS * blockTiles * BLOCK_COLUMNS;
    }

    private void transformBack(Scratch scratch, int first, int count, int columnBlock) {
        float[] products = scratch.products(productCount());
        float[] pixels = scratch.room;
        int column = columnBlock * BLOCK_COLUMNS;
        int end = Math.min(BLOCK_COLUMNS, out.channels() - column);
        for (int i = 0; i < count; i++) {
            int tile = first + i;
            int x = tile % tilesX * 2;
            int y = tile / tilesX % tilesY * 2;
            int image = tile / tilesX / tilesY;
            int at = out.pixel(image, y, x) + column;
            boolean right = x + 1 < out.width();
            boolean below = y + 1 < out.height();
            for (int j = 0; j < end; j += LANES) {
                WinogradTransforms.output(
                        products, i * BLOCK_COLUMNS + j, blockTiles * BLOCK_COLUMNS, pixels);
                storePixels(pixels, at + j, column + j, right, below);
            }
        }
    }

    private void storePixels(float[] pixels, int at, int column, boolean right, boolean below) {
        int columns = Math.min(LANES, out.channels() - column);
        int rowStep = out.width() * out.channels();
        storePixel(pixels, 0, at, column, columns);
        if (right) {
            storePixel(pixels, 1, at + out.channels(), column, columns);
        }
        if (below) {
            storePixel(pixels, 2, at + rowStep, column, columns);
        }
        if (right && below) {
            storePixel(pixels, 3, at + rowStep + out.channels(), column, columns);
        }
    }

    private void storePixel(float[] pixels, int pixel, int at, int column, int columns) {
        int residualAt = at - out.offset() + epilogue.residualOffset();
        int from = pixel * LANES;
        TileStore.finish(
                pixels, from, columns, out.data(), at, false, epilogue, column, residualAt);
    }
}
