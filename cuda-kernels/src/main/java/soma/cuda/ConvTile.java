package soma.cuda;

import soma.tensor.spi.ConvGeometry;

/** A kernel of each direction and the part of a group's output that one of its blocks makes. */
enum ConvTile {
    /** One thread per element. */
    NAIVE("_naive_f32", 0),

    /** 4 x 4 elements per thread. */
    SMALL("_small_f32", 64),

    /** 8 x 8 elements per thread. */
    TILED("_tiled_f32", 128),

    /** Tensor cores, factors in tf32. */
    TF32("_tf32", 128),

    /** Tensor cores, factors in bfloat16. */
    BF16("_bf16", 128);

    private static final int THREADS = 256;

    /** Blocks that keep the largest devices we know busy: one per multiprocessor of an H100. */
    private static final int ENOUGH = 132;

    /** Columns below which a tile is so empty that single threads do better. */
    private static final int FEW_COLUMNS = 16;

    private final String suffix;
    private final int side;

    ConvTile(String suffix, int side) {
        this.suffix = suffix;
        this.side = side;
    }

    /** The kernel that goes with a rung of the ladder of products. */
    static ConvTile of(GemmRung rung, ConvDirection direction, ConvGeometry g) {
        if (rung == GemmRung.NAIVE || direction.columns(g) < FEW_COLUMNS) {
            return NAIVE;
        }
        return switch (rung) {
            case TF32 -> TF32;
            case BF16 -> BF16;
            default -> float32(direction, g);
        };
    }

    private static ConvTile float32(ConvDirection direction, ConvGeometry g) {
        int columns = direction.columns(g);
        // The filter's few tiles are made up for by slices of its many terms.
        long blocks =
                direction == ConvDirection.FILTER
                        ? direction.terms(g) / 256
                        : (long) TILED.blocks(direction, g) * g.groups();
        boolean wide = columns > SMALL.side && direction.rows(g) > SMALL.side;
        return wide && blocks >= ENOUGH ? TILED : SMALL;
    }

    /** The step of the ladder of products for what runs as one, beside this kernel. */
    GemmRung rung() {
        return switch (this) {
            case NAIVE -> GemmRung.NAIVE;
            case SMALL, TILED -> GemmRung.PIPELINED;
            case TF32 -> GemmRung.TF32;
            case BF16 -> GemmRung.BF16;
        };
    }

    /** The file that it is in. */
    KernelFamily family() {
        return isMma() ? KernelFamily.CONV_SM80 : KernelFamily.CONV;
    }

    private boolean isMma() {
        return this == TF32 || this == BF16;
    }

    /** Channels that a thread reads at once where they allow it: flag 16 is about runs of these. */
    int run(ConvDirection direction) {
        return isMma() && direction != ConvDirection.FILTER ? 8 : 4;
    }

    /** The kernel's name. */
    String entry(ConvDirection direction) {
        return direction.entry() + suffix;
    }

    /** Whether blocks can sum a part of the terms. */
    boolean slices(ConvDirection direction) {
        return side > 0 || direction == ConvDirection.FILTER;
    }

    /** Whether each group has its own blocks. */
    boolean blocksPerGroup() {
        return side > 0;
    }

    /** Tiles side by side; of no meaning to the naive kernels. */
    int tilesN(ConvDirection direction, ConvGeometry g) {
        return side == 0 ? 1 : over(direction.columns(g), side);
    }

    /** Blocks for the output of one group, or of all if they share them. */
    int blocks(ConvDirection direction, ConvGeometry g) {
        return side == 0
                ? over(direction.rows(g) * direction.columns(g) * g.groups(), THREADS)
                : over(direction.rows(g), side) * tilesN(direction, g);
    }

    private static int over(int extent, int tile) {
        return (int) (((long) extent + tile - 1) / tile);
    }
}
