package soma.cuda;

import soma.tensor.spi.Precision;

/** Steps of the ladder of matrix products, from the plainest to the fastest of each precision. */
public enum GemmRung {
    /** One thread per element, straight from global memory. */
    NAIVE,

    /** Tiles of 16 x 16 in shared memory. */
    TILED,

    /** Tiles of 128 x 128, 8 x 8 elements per thread. */
    REGISTER,

    /** The same with 16 bytes per access. */
    VECTORISED,

    /** The same with two tiles in shared memory; tiles of 64 x 64 where those are too few. */
    PIPELINED,

    /** The same with four stages that asynchronous copies fill; needs {@code sm_80}. */
    ASYNC,

    /** Tensor cores, factors rounded to tf32; needs {@code sm_80}. */
    TF32,

    /** Tensor cores, factors rounded to bfloat16; needs {@code sm_80}. */
    BF16;

    /** System property that chooses one; without it, the fastest of the precision is taken. */
    public static final String PROPERTY = "soma.cuda.gemm";

    /** The one that {@link #PROPERTY} names, or the fastest of the given precision. */
    public static GemmRung configured(Precision precision) {
        String value = System.getProperty(PROPERTY);
        return value == null
                ? fastest(precision)
                : CudaProperties.parse(PROPERTY, value, GemmRung.class);
    }

    /** The fastest of a precision. */
    public static GemmRung fastest(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> PIPELINED;
            case TF32 -> TF32;
            case BF16 -> BF16;
        };
    }

    /** Compute capability that it needs, as in {@code sm_80}. */
    int capability() {
        return compareTo(ASYNC) < 0 ? 70 : 80;
    }

    /** The kernel for an output of [m,n]. */
    GemmTile tile(int m, int n) {
        return switch (this) {
            case NAIVE -> GemmTile.NAIVE;
            case TILED -> GemmTile.TILED;
            case REGISTER -> GemmTile.REGISTER;
            case VECTORISED -> GemmTile.VECTORISED;
            case PIPELINED -> GemmTile.PIPELINED.fills(m, n) ? GemmTile.PIPELINED : GemmTile.SMALL;
            case ASYNC -> GemmTile.ASYNC;
            case TF32 -> GemmTile.TF32;
            case BF16 -> GemmTile.BF16;
        };
    }
}
