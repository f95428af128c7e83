package soma.cuda;

/** Steps of the ladder of matrix products, from the plainest to the fastest of each precision. */
public enum GemmRung {
    /** One thread per element, straight from global memory. */
    NAIVE,

    /** Tiles of 16 x 16 in shared memory. */
    TILED;

    /** System property that chooses one; without it, the fastest of the precision is taken. */
    public static final String PROPERTY = "soma.cuda.gemm";

    /** The one that {@link #PROPERTY} names, or the fastest of the given precision. */
    public static GemmRung configured(Precision precision) {
        String value = System.getProperty(PROPERTY);
        return value == null
                ? fastest(precision)
                : Precision.parse(PROPERTY, value, GemmRung.class);
    }

    /** The fastest of a precision. */
    public static GemmRung fastest(Precision precision) {
        return TILED;
    }

    /** Compute capability that it needs, as in {@code sm_80}. */
    int capability() {
        return 70;
    }

    /** The kernel for an output of [m,n]. */
    GemmTile tile(int m, int n) {
        return switch (this) {
            case NAIVE -> GemmTile.NAIVE;
            case TILED -> GemmTile.TILED;
        };
    }
}
