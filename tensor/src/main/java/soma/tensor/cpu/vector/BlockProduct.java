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
                float[] tile,
                int width,
                int rows,
                int columns,
                int[] targets,
                int row,
                int column) {
            if (epilogue.isNone()) {
                TileStore.store(tile, width, rows, columns, c, targets, row, column, add);
            } else {
                TileStore.storeFused(
                        tile, width, rows, columns, c, targets, row, column, add, origin, epilogue);
            }
        }
    }

    /** Packed panels of a range of columns, each of {@code k} rows. */
    record Panels(MemorySegment data, int k, int firstColumn, int endColumn) {
        /** Byte offset of the panel that begins at a column. */
        long offset(int column) {
            return 4L * (column - firstColumn) * k;
        }
    }

    /**
     * Multiplies strips of 8 rows, {@code [m / 8][8][STRIDE]}, with the panels of columns {@code
     * column} to {@code endColumn - 1}.
     *
     * @param targets offsets of the rows in the output
     */
    static void strided(
            float[] tile,
            float[] a,
            int m,
            Panels panels,
            int column,
            int endColumn,
            int[] targets,
            Target target) {
        int k = panels.k();
        for (int j = column; j < endColumn; j += MicroKernel.COLUMNS) {
            int columns = Math.min(MicroKernel.COLUMNS, endColumn - j);
            int width = MicroKernel.panelWidth(panels.endColumn() - j);
            long at = panels.offset(j);
            for (int i = 0; i < m; i += MicroKernel.ROWS) {
                int from = i * MicroKernel.STRIDE;
                MicroKernel.multiplyStrided(a, from, k, panels.data(), at, width, tile);
                int count = Math.min(MicroKernel.ROWS, m - i);
                target.store(tile, width, count, columns, targets, i, j);
            }
        }
    }

    /** As {@link #strided}, of strips that {@link PatchPacking#interleave} wrote. */
    static void interleaved(
            float[] tile,
            float[] a,
            int m,
            Panels panels,
            int column,
            int endColumn,
            int[] targets,
            Target target) {
        int k = panels.k();
        int distance = PatchPacking.stripDistance(k);
        for (int j = column; j < endColumn; j += MicroKernel.COLUMNS) {
            int columns = Math.min(MicroKernel.COLUMNS, endColumn - j);
            int width = MicroKernel.panelWidth(panels.endColumn() - j);
            long at = panels.offset(j);
            for (int i = 0; i < m; i += MicroKernel.ROWS) {
                int from = i / MicroKernel.ROWS * distance;
                MicroKernel.multiplyInterleaved(a, from, k, panels.data(), at, width, tile);
                int count = Math.min(MicroKernel.ROWS, m - i);
                target.store(tile, width, count, columns, targets, i, j);
            }
        }
    }
}
