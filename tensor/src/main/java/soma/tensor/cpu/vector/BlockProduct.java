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
     * Multiplies {@code m} rows, read through offsets and segments, with the panels of columns
     * {@code column} to {@code endColumn - 1}.
     *
     * @param rows offsets of the rows in {@code a}, filled up to a multiple of 8 with valid offsets
     * @param targets offsets of the rows in the output
     */
    static void rows(
            float[] tile,
            float[] a,
            int[] rows,
            int m,
            int[] segments,
            int from,
            int to,
            Panels panels,
            int column,
            int endColumn,
            int[] targets,
            Target target) {
        for (int j = column; j < endColumn; j += MicroKernel.COLUMNS) {
            int columns = Math.min(MicroKernel.COLUMNS, endColumn - j);
            int width = MicroKernel.panelWidth(panels.endColumn() - j);
            long at = panels.offset(j);
            for (int i = 0; i < m; i += MicroKernel.ROWS) {
                MicroKernel.multiplyRows(
                        a, rows, i, segments, from, to, panels.data(), at, width, tile);
                int count = Math.min(MicroKernel.ROWS, m - i);
                target.store(tile, width, count, columns, targets, i, j);
            }
        }
    }

    /**
     * As {@link #rows}, with the left operand in panels of 8 rows that begin at {@code aOffset}.
     */
    static void packed(
            float[] tile,
            float[] a,
            int aOffset,
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
                MicroKernel.multiplyPacked(a, aOffset + i * k, k, panels.data(), at, width, tile);
                int count = Math.min(MicroKernel.ROWS, m - i);
                target.store(tile, width, count, columns, targets, i, j);
            }
        }
    }
}
