package soma.cuda;

/** Bits of the parameter {@code flags} that products and convolutions have in common. */
final class TileFlags {
    /** Negative sums become zero. */
    static final int RELU = 4;

    /** The result is added to what is there. */
    static final int ACCUMULATE = 8;

    /** The first operand may be read 16 bytes at a time. */
    static final int QUADS_A = 16;

    /** The second operand may be read 16 bytes at a time. */
    static final int QUADS_B = 32;

    /** Output, residual and bias may be accessed 16 bytes at a time. */
    static final int QUADS_OUT = 64;

    private TileFlags() {}

    /** Bits of what follows the sum. */
    static int epilogue(boolean relu, boolean accumulate) {
        return (relu ? RELU : 0) | (accumulate ? ACCUMULATE : 0);
    }

    /**
     * Whether an array from an address on, in runs of {@code length} float32 that follow each other
     * up to {@code extent}, may be read run by run, 16 bytes at a time.
     */
    static boolean runs(long address, int extent, int length) {
        return address % 16 == 0 && extent % length == 0;
    }

    /**
     * Whether rows of {@code extent} float32 from an address on fall into 16 bytes each; several
     * addresses may be given, joined by or.
     */
    static boolean quads(long address, int extent) {
        return runs(address, extent, 4);
    }
}
