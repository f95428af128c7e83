package soma.cuda.driver;

import soma.tensor.DeviceException;

/**
 * Blocks of a grid and threads of a block.
 *
 * @param gridX blocks in x, up to 2^31 - 1
 * @param gridY blocks in y, up to 65,535
 * @param gridZ blocks in z, up to 65,535
 * @param blockX threads in x
 * @param blockY threads in y
 * @param blockZ threads in z; together up to 1,024
 * @param sharedBytes of dynamic shared memory per block
 */
public record Geometry(
        int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {
    private static final int MAX_GRID_YZ = 65_535;
    private static final int MAX_THREADS = 1024;

    /**
     * Checks the hardware's limits.
     *
     * @throws DeviceException naming the geometry that is beyond them
     */
    public Geometry {
        boolean fits =
                gridX > 0
                        && gridY > 0
                        && gridZ > 0
                        && gridY <= MAX_GRID_YZ
                        && gridZ <= MAX_GRID_YZ
                        && blockX > 0
                        && blockY > 0
                        && blockZ > 0
                        && (long) blockX * blockY * blockZ <= MAX_THREADS
                        && sharedBytes >= 0;
        if (!fits) {
            throw new DeviceException(
                    "launch: geometry: expected a grid up to 2147483647 x 65535 x 65535 and up to"
                            + " 1024 threads, got "
                            + describe(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes));
        }
    }

    /** A grid and blocks of one dimension. */
    public static Geometry of(int blocks, int threads) {
        return new Geometry(blocks, 1, 1, threads, 1, 1, 0);
    }

    /** A grid of two dimensions over blocks of one. */
    public static Geometry of(int blocksX, int blocksY, int threads) {
        return new Geometry(blocksX, blocksY, 1, threads, 1, 1, 0);
    }

    /**
     * Enough blocks of {@code threads} threads for {@code n} items, but at most {@code most}: for
     * kernels whose threads go on in strides of the grid.
     */
    public static Geometry covering(long n, int threads, int most) {
        return of((int) Math.max(1, Math.min(most, (n + threads - 1) / threads)), threads);
    }

    /** The same with dynamic shared memory. */
    public Geometry shared(int bytes) {
        return new Geometry(gridX, gridY, gridZ, blockX, blockY, blockZ, bytes);
    }

    /** Threads of a block. */
    public int threads() {
        return blockX * blockY * blockZ;
    }

    /** Blocks of the grid. */
    public long blocks() {
        return (long) gridX * gridY * gridZ;
    }

    private static String describe(int gx, int gy, int gz, int bx, int by, int bz, int shared) {
        return "grid ("
                + gx
                + ", "
                + gy
                + ", "
                + gz
                + ") block ("
                + bx
                + ", "
                + by
                + ", "
                + bz
                + ") shared "
                + shared;
    }

    @Override
    public String toString() {
        return describe(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes);
    }
}
