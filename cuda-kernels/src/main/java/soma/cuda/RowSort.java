package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

/**
 * Stable sorts of many rows at once: tiles in shared memory, then merges of sorted runs in pairs.
 * Where only the first elements are wanted, no run is kept longer, so that choosing 2,000 of
 * 200,000 costs little more than sorting the tiles.
 */
final class RowSort {
    /** Elements of a tile; 8 bytes each of shared memory. */
    private static final int TILE = 4096;

    private static final int THREADS = 256;

    private final Launcher launcher;
    private final Backend memory;

    RowSort(Launcher launcher, Backend memory) {
        this.launcher = launcher;
        this.memory = memory;
    }

    /**
     * Positions in sorted order, NaN last.
     *
     * @param x [rows, k]: FLOAT32, INT32, UINT8 or BOOL, contiguous
     * @param order INT32 [rows, j], j at most k: overwritten
     */
    void positions(String op, View x, boolean descending, View order) {
        int rows = x.shape().dim(0);
        int k = x.shape().dim(1);
        int wanted = order.shape().dim(1);
        positions(op, x, rows, k, descending, Launcher.address(order), wanted);
    }

    /** The same for x of any shape with {@code rows * k} elements, to an address. */
    void positions(String op, View x, int rows, int k, boolean descending, long order, int wanted) {
        if (rows > 0 && wanted > 0) {
            sort(op, x, rows, k, wanted, descending, order);
        }
    }

    /**
     * Each element with its position, ascending: 64-bit unsigned numbers of key and position, as
     * the kernels' file defines them.
     *
     * @param x {@code rows} rows of k elements, contiguous; at least one element
     * @return {@code rows * k} of them, to be released by the caller
     */
    Storage composites(String op, View x, int rows, int k) {
        return sort(op, x, rows, k, k, false, 0);
    }

    /** Stores positions to the address {@code order}, or composites to what it returns if 0. */
    private Storage sort(
            String op, View x, int rows, int k, int wanted, boolean descending, long order) {
        int kind = kind(op, x.dtype());
        int tile = k >= TILE ? TILE : Math.max(2, Integer.highestOneBit(k - 1) * 2);
        int runs = (k - 1) / tile + 1;
        int keep = Math.min(tile, wanted);
        Storage from = scratch(op, rows, runs, keep, order);
        launcher.launch(
                KernelFamily.INDEX,
                "sort_tiles",
                Geometry.of(Math.multiplyExact(rows, runs), Math.clamp(tile / 2, 32, 1024))
                        .shared(8 * tile),
                new Arguments()
                        .address(Launcher.address(x))
                        .address(target(from, order))
                        .u32(k)
                        .u32(tile)
                        .u32(runs)
                        .u32(keep)
                        .u32(kind)
                        .u32(descending ? -1 : 0)
                        .u32(from == null ? 1 : 0));
        long span = tile;
        while (runs > 1) {
            int merged = (runs + 1) / 2;
            int keepOut = (int) Math.min(2 * span, wanted);
            Storage to = scratch(op, rows, merged, keepOut, order);
            launcher.launch(
                    KernelFamily.INDEX,
                    "sort_merge",
                    Geometry.covering((long) rows * runs * keep, THREADS, launcher.wave()),
                    new Arguments()
                            .address(target(from, 0))
                            .address(target(to, order))
                            .u32(k)
                            .u32((int) span)
                            .u32(rows)
                            .u32(runs)
                            .u32(keep)
                            .u32(keepOut)
                            .u32(to == null ? 1 : 0));
            from.release();
            from = to;
            runs = merged;
            keep = keepOut;
            span *= 2;
        }
        return from;
    }

    /** Memory for composites, or none where the last step writes positions to {@code order}. */
    private Storage scratch(String op, int rows, int runs, int keep, long order) {
        if (runs == 1 && order != 0) {
            return null;
        }
        return memory.allocate(
                DType.INT64, Math.multiplyExact(rows, Math.multiplyExact(runs, keep)), op);
    }

    private static long target(Storage composites, long order) {
        return composites == null ? order : Launcher.address(composites);
    }

    private static int kind(String op, DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 0;
            case INT32 -> 1;
            case UINT8, BOOL -> 2;
            case INT64, FLOAT64 ->
                    throw DTypeException.of(op, "x", "FLOAT32, INT32, UINT8 or BOOL", dtype);
        };
    }
}
