package soma.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * One task of a matrix product or convolution: a block of output rows times a range of packed
 * panels.
 *
 * <p>A panel is used for all rows of the block before the next one, so that it stays in the nearest
 * cache.
 */
final class BlockProduct {
    private BlockProduct() {}

    /** Where a block of results goes. */
    record Target(float[] c, int origin, boolean add, Epilogue epilogue) {
        void store(
                float[] tiles,
                int tile,
                int width,
                int rows,
                int columns,
                int[] targets,
                int row,
                int column) {
            if (epilogue.isNone()) {
                TileStore.store(tiles, tile, width, rows, columns, c, targets, row, column, add);
            } else {
                TileStore.storeFused(
                        tiles, tile, width, rows, columns, c, targets, row, column, add, origin,
                        epilogue);
            }
        }
    }

    /** Packed panels of a range of columns, each of {@code k} rows, from byte {@code start} on. */
    record Panels(MemorySegment data, long start, int k, int firstColumn, int endColumn) {
        /** Byte offset of the panel that begins at a column. */
        long offset(int column) {
            return start + 4L * (column - firstColumn) * k;
        }
    }

    /** Floats of the tiles of {@code m} rows and {@code columns} columns. */
    static int tileSize(int m, int columns) {
        int strips = Math.ceilDiv(m, MicroKernel.ROWS);
        return strips * Math.ceilDiv(columns, MicroKernel.COLUMNS) * MicroKernel.TILE;
    }

    /**
     * Adds the product of strips of 8 rows and the panels of columns {@code column} to {@code
     * endColumn - 1} to the tiles, and brings them to the output if they are finished.
     *
     * @param interleaved whether {@link PatchPacking#interleave} wrote the strips; otherwise they
     *     are {@code [8][STRIDE]}
     * @param aOffset where the strips begin in {@code a}
     * @param m rows
     * @param tiles sums so far, panel by panel and strip by strip
     * @param first whether these are the first products of the sums
     * @param last whether these are the last products of the sums
     * @param targets offsets of the rows in the output
     * @param shift output column of column 0
     */
    static void multiply(
            boolean interleaved,
            float[] a,
            int aOffset,
            int m,
            Panels panels,
            int column,
            int endColumn,
            float[] tiles,
            boolean first,
            boolean last,
            int[] targets,
            int shift,
            Target target) {
        int distance =
                interleaved
                        ? PatchPacking.stripDistance(panels.k())
                        : MicroKernel.ROWS * MicroKernel.STRIDE;
        int step = first && last ? 0 : MicroKernel.TILE;
        int tile = 0;
        for (int j = column; j < endColumn; j += MicroKernel.COLUMNS) {
            int columns = Math.min(MicroKernel.COLUMNS, endColumn - j);
            int width = MicroKernel.panelWidth(panels.endColumn() - j);
            long at = panels.offset(j);
            int from = aOffset;
            for (int i = 0; i < m; i += MicroKernel.ROWS) {
                if (first) {
                    TileStore.clear(tiles, tile);
                }
                multiplyTile(interleaved, a, from, panels, at, width, tiles, tile);
                if (last) {
                    int rows = Math.min(MicroKernel.ROWS, m - i);
                    target.store(tiles, tile, width, rows, columns, targets, i, j + shift);
                }
                tile += step;
                from += distance;
            }
        }
    }

    private static void multiplyTile(
            boolean interleaved,
            float[] a,
            int from,
            Panels panels,
            long at,
            int width,
            float[] tiles,
            int tile) {
        if (interleaved) {
            MicroKernel.multiplyInterleaved(
                    a, from, panels.k(), panels.data(), at, width, tiles, tile);
        } else {
            MicroKernel.multiplyStrided(a, from, panels.k(), panels.data(), at, width, tiles, tile);
        }
    }
}
