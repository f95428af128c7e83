package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.Shape;

/**
 * What a normalisation goes over: maps [images, rows, channels] whose channels are normalised in
 * groups of neighbours, cut into chunks of rows. It depends on the shape alone, and so does the
 * order of all sums.
 *
 * @param images that have statistics of their own
 * @param rows of an image
 * @param channels of a row
 * @param groups of channels
 * @param chunkRows rows of a chunk, at least 1
 * @param chunks of an image
 */
record NormPlan(int images, int rows, int channels, int groups, int chunkRows, int chunks) {
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Threads that add the partial sums of one set. */
    private static final int SET_THREADS = 128;

    /** Blocks after which images aren't cut any further: some for each multiprocessor. */
    private static final int ENOUGH_BLOCKS = 1024;

    /** Rows that a thread gets at least, so that its sums outweigh what it costs to add them. */
    private static final int ROWS_PER_THREAD = 4;

    /** One set for each channel of the batch. */
    static NormPlan batch(Shape x) {
        int c = x.dim(-1);
        return of(1, c == 0 ? 0 : x.size() / c, c, c);
    }

    /** One set for each group of channels of each image. */
    static NormPlan group(Shape x, int groups) {
        int n = x.dim(0);
        int c = x.dim(-1);
        int rows = n == 0 || c == 0 ? 0 : x.size() / n / c;
        return of(n, rows, c, groups);
    }

    private static NormPlan of(int images, int rows, int channels, int groups) {
        int leastRows = ROWS_PER_THREAD * THREADS / width(channels);
        long blocks = Math.max(1, (long) images * tiles(channels));
        int mostChunks = (int) Math.max(1, ENOUGH_BLOCKS / blocks);
        int chunkRows = Math.max(1, Math.max(leastRows, Math.ceilDiv(rows, mostChunks)));
        return new NormPlan(
                images, rows, channels, groups, chunkRows, Math.ceilDiv(rows, chunkRows));
    }

    /** Threads of a block side by side: a power of two. */
    private static int width(int channels) {
        return channels >= WARP ? WARP : Math.max(1, 2 * Integer.highestOneBit(channels - 1));
    }

    private static int tiles(int channels) {
        return Math.ceilDiv(channels, width(channels));
    }

    /** Blocks side by side that cover the channels. */
    int tiles() {
        return tiles(channels);
    }

    /** Sets. */
    int sets() {
        return images * groups;
    }

    /** Channels of a group. */
    int groupChannels() {
        return channels / groups;
    }

    /** Partial sums that are added for a channel of the batch. */
    int parts() {
        return images * chunks;
    }

    /** Partial sums of all channels. */
    int partialSums() {
        return parts() * channels;
    }

    /** The grid over maps of {@code norm.ptx}; the maps have elements. */
    Geometry overMaps() {
        return columns(tiles() * parts());
    }

    /** A block for each tile of channels. */
    Geometry overChannels() {
        return columns(tiles());
    }

    private Geometry columns(int blocks) {
        int width = width(channels);
        return new Geometry(blocks, 1, 1, width, THREADS / width, 1, 0);
    }

    /** A block for each set. */
    Geometry overSets() {
        return Geometry.of(sets(), SET_THREADS);
    }

    /** Adds rows, channels and channels of a group. */
    Arguments appendExtents(Arguments arguments) {
        return arguments.u32(rows).u32(channels).u32(groupChannels());
    }

    /** Adds how the grid over maps is cut. */
    Arguments appendCut(Arguments arguments) {
        return arguments.u32(chunkRows).u32(chunks).u32(tiles());
    }
}
