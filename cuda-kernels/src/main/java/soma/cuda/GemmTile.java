package soma.cuda;

/** A kernel of the ladder and the part of the output that one of its blocks makes. */
enum GemmTile {
    /** One thread per element; its block has 256 of them in a row. */
    NAIVE(KernelFamily.GEMM, "matmul_naive_f32", 0, 0),

    /** Tiles in shared memory. */
    TILED(KernelFamily.GEMM, "matmul_tiled_f32", 16, 16),

    /** 8 x 8 elements per thread. */
    REGISTER(KernelFamily.GEMM, "matmul_register_f32", 128, 128),

    /** The same with 16 bytes per access. */
    VECTORISED(KernelFamily.GEMM, "matmul_vectorised_f32", 128, 128),

    /** The same with two tiles in shared memory. */
    PIPELINED(KernelFamily.GEMM, "matmul_pipelined_f32", 128, 128),

    /** The same with 4 x 4 elements per thread, for small outputs. */
    SMALL(KernelFamily.GEMM, "matmul_small_f32", 64, 64),

    /** Four stages that asynchronous copies fill. */
    ASYNC(KernelFamily.GEMM_SM80, "matmul_async_f32", 128, 128),

    /** Tensor cores, factors in tf32. */
    TF32(KernelFamily.GEMM_SM80, "matmul_tf32", 128, 128),

    /** Tensor cores, factors in bfloat16. */
    BF16(KernelFamily.GEMM_SM80, "matmul_bf16", 128, 128);

    private static final int THREADS = 256;

    /** Blocks that keep the largest devices we know busy: one per multiprocessor of an H100. */
    private static final int ENOUGH = 132;

    private final KernelFamily family;
    private final String entry;
    private final int rows;
    private final int columns;

    GemmTile(KernelFamily family, String entry, int rows, int columns) {
        this.family = family;
        this.entry = entry;
        this.rows = rows;
        this.columns = columns;
    }

    /** The file that it is in. */
    KernelFamily family() {
        return family;
    }

    /** Its name there. */
    String entry() {
        return entry;
    }

    /** Whether it can sum a part of the terms. */
    boolean slices() {
        return rows > 16;
    }

    /** Tiles side by side in an output of {@code n} columns; of no meaning to the naive kernel. */
    int tilesN(int n) {
        return rows == 0 ? 1 : over(n, columns);
    }

    /** Blocks for an output of [m,n]. */
    int blocks(int m, int n) {
        return rows == 0 ? over(m * n, THREADS) : over(m, rows) * over(n, columns);
    }

    /**
     * Whether an output of [m,n] has enough tiles for the largest devices, and is not mostly edge.
     */
    boolean fills(int m, int n) {
        return n > columns / 2 && m > rows / 2 && blocks(m, n) >= ENOUGH;
    }

    private static int over(int extent, int tile) {
        return (int) (((long) extent + tile - 1) / tile);
    }
}
