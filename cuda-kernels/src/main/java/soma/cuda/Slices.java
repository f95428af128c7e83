package soma.cuda;

/**
 * How the terms of a sum are cut, so that a product of few tiles fills a device: each slice sums
 * its terms by itself, then the slices are added in order. Depends on shapes alone, so that results
 * are the same on every device.
 *
 * @param count slices
 * @param length terms of each but the last
 */
record Slices(int count, int length) {
    /** Blocks that fill the largest devices we know (132 multiprocessors) twice. */
    private static final int ENOUGH_BLOCKS = 264;

    /** Terms below which another slice costs more than it gains. */
    private static final int LEAST_TERMS = 256;

    /** Terms are cut at multiples of the deepest tile. */
    private static final int GRAIN = 32;

    /** Most elements of all slices' partial results: 256 MiB. */
    private static final long MOST_PARTIAL = 64 << 20;

    /** All terms in one. */
    static Slices one(int terms) {
        return new Slices(1, terms);
    }

    /**
     * Cuts {@code terms} for {@code blocks} blocks that make {@code elements} elements together.
     */
    static Slices of(long blocks, int terms, long elements) {
        long wanted = Math.min(ENOUGH_BLOCKS / blocks, terms / LEAST_TERMS);
        wanted = Math.min(wanted, MOST_PARTIAL / Math.max(1, elements));
        if (wanted <= 1) {
            return one(terms);
        }
        int length = (int) ((terms + wanted - 1) / wanted);
        length = (length + GRAIN - 1) / GRAIN * GRAIN;
        return new Slices((terms + length - 1) / length, length);
    }
}
