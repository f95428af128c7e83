package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The innermost loops of matrix product and convolution: a tile of 8 rows times one or two vectors
 * of columns.
 *
 * <p>The right operand is a packed panel, {@code [k][columns]}. The left operand is read where it
 * lies, by one offset per row and a list of segments along k ({@link #multiplyRows}), or from a
 * packed panel {@code [k][8]} ({@link #multiplyPacked}). The tile {@code [8][columns]} is
 * overwritten; {@link TileStore} brings it to the output.
 *
 * <p>Panels lie in native memory, aligned to 64 bytes: Java arrays are not, and the loads that
 * cross cache lines cost an eighth of the speed.
 *
 * <p>The accumulators are separate locals and the loops are not unrolled by hand: arrays of vectors
 * are not kept in registers, and larger bodies lose the compiler. Narrow vectors come with 16
 * registers, so there the tile is done in two halves of 4 rows.
 */
final class MicroKernel {
    /** Rows of a tile. */
    static final int ROWS = 8;

    /** Most columns of a tile. */
    static final int COLUMNS = 2 * LANES;

    private static final boolean WIDE = LANES >= 16;

    private MicroKernel() {}

    /**
     * Columns of the panel that starts {@code remaining} columns before the end: one vector if they
     * fit in it.
     */
    static int panelWidth(int remaining) {
        return remaining <= LANES ? LANES : COLUMNS;
    }

    /**
     * Computes {@code tile[i][j] = sum over segments, k of a[rows[row + i] + shift + k] * b[..,
     * j]}.
     *
     * @param bOffset where the panel begins in {@code b}, in bytes
     * @param rows offset in {@code a} of each row of the tile, from index {@code row} on
     * @param segments pairs (shift, length), of which the pairs {@code from} to {@code to - 1} are
     *     summed
     * @param width columns of the panel and of the tile: one or two vectors
     */
    static void multiplyRows(
            float[] a,
            int[] rows,
            int row,
            int[] segments,
            int from,
            int to,
            MemorySegment b,
            long bOffset,
            int width,
            float[] tile) {
        if (width == LANES) {
            rows8x1(a, rows, row, segments, from, to, b, bOffset, tile);
        } else if (WIDE) {
            rows8x2(a, rows, row, segments, from, to, b, bOffset, tile);
        } else {
            rows4x2(a, rows, row, segments, from, to, b, bOffset, tile, 0);
            rows4x2(a, rows, row + 4, segments, from, to, b, bOffset, tile, 4 * COLUMNS);
        }
    }

    /** Computes {@code tile[i][j] = sum over k of a[aOffset + 8 * k + i] * b[.., j]}. */
    static void multiplyPacked(
            float[] a, int aOffset, int k, MemorySegment b, long bOffset, int width, float[] tile) {
        if (width == LANES) {
            packed8x1(a, aOffset, k, b, bOffset, tile);
        } else if (WIDE) {
            packed8x2(a, aOffset, k, b, bOffset, tile);
        } else {
            packed4x2(a, aOffset, k, b, bOffset, tile, 0);
            packed4x2(a, aOffset + 4, k, b, bOffset, tile, 4 * COLUMNS);
        }
    }

    private static void rows8x2(
            float[] a,
            int[] rows,
            int row,
            int[] segments,
            int from,
            int to,
            MemorySegment b,
            long bOffset,
            float[] tile) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c41 = FloatVector.zero(SPECIES);
        FloatVector c50 = FloatVector.zero(SPECIES);
        FloatVector c51 = FloatVector.zero(SPECIES);
        FloatVector c60 = FloatVector.zero(SPECIES);
        FloatVector c61 = FloatVector.zero(SPECIES);
        FloatVector c70 = FloatVector.zero(SPECIES);
        FloatVector c71 = FloatVector.zero(SPECIES);
        long panel = bOffset;
        for (int s = 2 * from; s < 2 * to; s += 2) {
            int shift = segments[s];
            int length = segments[s + 1];
            int a0 = rows[row] + shift;
            int a1 = rows[row + 1] + shift;
            int a2 = rows[row + 2] + shift;
            int a3 = rows[row + 3] + shift;
            int a4 = rows[row + 4] + shift;
            int a5 = rows[row + 5] + shift;
            int a6 = rows[row + 6] + shift;
            int a7 = rows[row + 7] + shift;
            for (int k = 0; k < length; k++) {
                long at = panel + k * (4L * COLUMNS);
                FloatVector b0 = load(b, at);
                FloatVector b1 = load(b, at + 4 * LANES);
                FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + k]);
                c00 = fma(x0, b0, c00);
                c01 = fma(x0, b1, c01);
                FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
                c10 = fma(x1, b0, c10);
                c11 = fma(x1, b1, c11);
                FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
                c20 = fma(x2, b0, c20);
                c21 = fma(x2, b1, c21);
                FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + k]);
                c30 = fma(x3, b0, c30);
                c31 = fma(x3, b1, c31);
                FloatVector x4 = FloatVector.broadcast(SPECIES, a[a4 + k]);
                c40 = fma(x4, b0, c40);
                c41 = fma(x4, b1, c41);
                FloatVector x5 = FloatVector.broadcast(SPECIES, a[a5 + k]);
                c50 = fma(x5, b0, c50);
                c51 = fma(x5, b1, c51);
                FloatVector x6 = FloatVector.broadcast(SPECIES, a[a6 + k]);
                c60 = fma(x6, b0, c60);
                c61 = fma(x6, b1, c61);
                FloatVector x7 = FloatVector.broadcast(SPECIES, a[a7 + k]);
                c70 = fma(x7, b0, c70);
                c71 = fma(x7, b1, c71);
            }
            panel += length * (4L * COLUMNS);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, LANES);
        c10.intoArray(tile, 2 * LANES);
        c11.intoArray(tile, 3 * LANES);
        c20.intoArray(tile, 4 * LANES);
        c21.intoArray(tile, 5 * LANES);
        c30.intoArray(tile, 6 * LANES);
        c31.intoArray(tile, 7 * LANES);
        c40.intoArray(tile, 8 * LANES);
        c41.intoArray(tile, 9 * LANES);
        c50.intoArray(tile, 10 * LANES);
        c51.intoArray(tile, 11 * LANES);
        c60.intoArray(tile, 12 * LANES);
        c61.intoArray(tile, 13 * LANES);
        c70.intoArray(tile, 14 * LANES);
        c71.intoArray(tile, 15 * LANES);
    }

    private static void rows8x1(
            float[] a,
            int[] rows,
            int row,
            int[] segments,
            int from,
            int to,
            MemorySegment b,
            long bOffset,
            float[] tile) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c50 = FloatVector.zero(SPECIES);
        FloatVector c60 = FloatVector.zero(SPECIES);
        FloatVector c70 = FloatVector.zero(SPECIES);
        long panel = bOffset;
        for (int s = 2 * from; s < 2 * to; s += 2) {
            int shift = segments[s];
            int length = segments[s + 1];
            int a0 = rows[row] + shift;
            int a1 = rows[row + 1] + shift;
            int a2 = rows[row + 2] + shift;
            int a3 = rows[row + 3] + shift;
            int a4 = rows[row + 4] + shift;
            int a5 = rows[row + 5] + shift;
            int a6 = rows[row + 6] + shift;
            int a7 = rows[row + 7] + shift;
            for (int k = 0; k < length; k++) {
                long at = panel + k * (4L * LANES);
                FloatVector b0 = load(b, at);
                c00 = fma(FloatVector.broadcast(SPECIES, a[a0 + k]), b0, c00);
                c10 = fma(FloatVector.broadcast(SPECIES, a[a1 + k]), b0, c10);
                c20 = fma(FloatVector.broadcast(SPECIES, a[a2 + k]), b0, c20);
                c30 = fma(FloatVector.broadcast(SPECIES, a[a3 + k]), b0, c30);
                c40 = fma(FloatVector.broadcast(SPECIES, a[a4 + k]), b0, c40);
                c50 = fma(FloatVector.broadcast(SPECIES, a[a5 + k]), b0, c50);
                c60 = fma(FloatVector.broadcast(SPECIES, a[a6 + k]), b0, c60);
                c70 = fma(FloatVector.broadcast(SPECIES, a[a7 + k]), b0, c70);
            }
            panel += length * (4L * LANES);
        }
        c00.intoArray(tile, 0);
        c10.intoArray(tile, LANES);
        c20.intoArray(tile, 2 * LANES);
        c30.intoArray(tile, 3 * LANES);
        c40.intoArray(tile, 4 * LANES);
        c50.intoArray(tile, 5 * LANES);
        c60.intoArray(tile, 6 * LANES);
        c70.intoArray(tile, 7 * LANES);
    }

    private static void rows4x2(
            float[] a,
            int[] rows,
            int row,
            int[] segments,
            int from,
            int to,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        long panel = bOffset;
        for (int s = 2 * from; s < 2 * to; s += 2) {
            int shift = segments[s];
            int length = segments[s + 1];
            int a0 = rows[row] + shift;
            int a1 = rows[row + 1] + shift;
            int a2 = rows[row + 2] + shift;
            int a3 = rows[row + 3] + shift;
            for (int k = 0; k < length; k++) {
                long at = panel + k * (4L * COLUMNS);
                FloatVector b0 = load(b, at);
                FloatVector b1 = load(b, at + 4 * LANES);
                FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + k]);
                c00 = fma(x0, b0, c00);
                c01 = fma(x0, b1, c01);
                FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
                c10 = fma(x1, b0, c10);
                c11 = fma(x1, b1, c11);
                FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
                c20 = fma(x2, b0, c20);
                c21 = fma(x2, b1, c21);
                FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + k]);
                c30 = fma(x3, b0, c30);
                c31 = fma(x3, b1, c31);
            }
            panel += length * (4L * COLUMNS);
        }
        c00.intoArray(tile, tileOffset);
        c01.intoArray(tile, tileOffset + LANES);
        c10.intoArray(tile, tileOffset + 2 * LANES);
        c11.intoArray(tile, tileOffset + 3 * LANES);
        c20.intoArray(tile, tileOffset + 4 * LANES);
        c21.intoArray(tile, tileOffset + 5 * LANES);
        c30.intoArray(tile, tileOffset + 6 * LANES);
        c31.intoArray(tile, tileOffset + 7 * LANES);
    }

    private static void packed8x2(
            float[] a, int aOffset, int k, MemorySegment b, long bOffset, float[] tile) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c41 = FloatVector.zero(SPECIES);
        FloatVector c50 = FloatVector.zero(SPECIES);
        FloatVector c51 = FloatVector.zero(SPECIES);
        FloatVector c60 = FloatVector.zero(SPECIES);
        FloatVector c61 = FloatVector.zero(SPECIES);
        FloatVector c70 = FloatVector.zero(SPECIES);
        FloatVector c71 = FloatVector.zero(SPECIES);
        for (int l = 0; l < k; l++) {
            long at = bOffset + l * (4L * COLUMNS);
            int left = aOffset + l * ROWS;
            FloatVector b0 = load(b, at);
            FloatVector b1 = load(b, at + 4 * LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[left]);
            c00 = fma(x0, b0, c00);
            c01 = fma(x0, b1, c01);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[left + 1]);
            c10 = fma(x1, b0, c10);
            c11 = fma(x1, b1, c11);
            FloatVector x2 = FloatVector.broadcast(SPECIES, a[left + 2]);
            c20 = fma(x2, b0, c20);
            c21 = fma(x2, b1, c21);
            FloatVector x3 = FloatVector.broadcast(SPECIES, a[left + 3]);
            c30 = fma(x3, b0, c30);
            c31 = fma(x3, b1, c31);
            FloatVector x4 = FloatVector.broadcast(SPECIES, a[left + 4]);
            c40 = fma(x4, b0, c40);
            c41 = fma(x4, b1, c41);
            FloatVector x5 = FloatVector.broadcast(SPECIES, a[left + 5]);
            c50 = fma(x5, b0, c50);
            c51 = fma(x5, b1, c51);
            FloatVector x6 = FloatVector.broadcast(SPECIES, a[left + 6]);
            c60 = fma(x6, b0, c60);
            c61 = fma(x6, b1, c61);
            FloatVector x7 = FloatVector.broadcast(SPECIES, a[left + 7]);
            c70 = fma(x7, b0, c70);
            c71 = fma(x7, b1, c71);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, LANES);
        c10.intoArray(tile, 2 * LANES);
        c11.intoArray(tile, 3 * LANES);
        c20.intoArray(tile, 4 * LANES);
        c21.intoArray(tile, 5 * LANES);
        c30.intoArray(tile, 6 * LANES);
        c31.intoArray(tile, 7 * LANES);
        c40.intoArray(tile, 8 * LANES);
        c41.intoArray(tile, 9 * LANES);
        c50.intoArray(tile, 10 * LANES);
        c51.intoArray(tile, 11 * LANES);
        c60.intoArray(tile, 12 * LANES);
        c61.intoArray(tile, 13 * LANES);
        c70.intoArray(tile, 14 * LANES);
        c71.intoArray(tile, 15 * LANES);
    }

    private static void packed8x1(
            float[] a, int aOffset, int k, MemorySegment b, long bOffset, float[] tile) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c50 = FloatVector.zero(SPECIES);
        FloatVector c60 = FloatVector.zero(SPECIES);
        FloatVector c70 = FloatVector.zero(SPECIES);
        for (int l = 0; l < k; l++) {
            long at = bOffset + l * (4L * LANES);
            int left = aOffset + l * ROWS;
            FloatVector b0 = load(b, at);
            c00 = fma(FloatVector.broadcast(SPECIES, a[left]), b0, c00);
            c10 = fma(FloatVector.broadcast(SPECIES, a[left + 1]), b0, c10);
            c20 = fma(FloatVector.broadcast(SPECIES, a[left + 2]), b0, c20);
            c30 = fma(FloatVector.broadcast(SPECIES, a[left + 3]), b0, c30);
            c40 = fma(FloatVector.broadcast(SPECIES, a[left + 4]), b0, c40);
            c50 = fma(FloatVector.broadcast(SPECIES, a[left + 5]), b0, c50);
            c60 = fma(FloatVector.broadcast(SPECIES, a[left + 6]), b0, c60);
            c70 = fma(FloatVector.broadcast(SPECIES, a[left + 7]), b0, c70);
        }
        c00.intoArray(tile, 0);
        c10.intoArray(tile, LANES);
        c20.intoArray(tile, 2 * LANES);
        c30.intoArray(tile, 3 * LANES);
        c40.intoArray(tile, 4 * LANES);
        c50.intoArray(tile, 5 * LANES);
        c60.intoArray(tile, 6 * LANES);
        c70.intoArray(tile, 7 * LANES);
    }

    private static void packed4x2(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        for (int l = 0; l < k; l++) {
            long at = bOffset + l * (4L * COLUMNS);
            int left = aOffset + l * ROWS;
            FloatVector b0 = load(b, at);
            FloatVector b1 = load(b, at + 4 * LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[left]);
            c00 = fma(x0, b0, c00);
            c01 = fma(x0, b1, c01);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[left + 1]);
            c10 = fma(x1, b0, c10);
            c11 = fma(x1, b1, c11);
            FloatVector x2 = FloatVector.broadcast(SPECIES, a[left + 2]);
            c20 = fma(x2, b0, c20);
            c21 = fma(x2, b1, c21);
            FloatVector x3 = FloatVector.broadcast(SPECIES, a[left + 3]);
            c30 = fma(x3, b0, c30);
            c31 = fma(x3, b1, c31);
        }
        c00.intoArray(tile, tileOffset);
        c01.intoArray(tile, tileOffset + LANES);
        c10.intoArray(tile, tileOffset + 2 * LANES);
        c11.intoArray(tile, tileOffset + 3 * LANES);
        c20.intoArray(tile, tileOffset + 4 * LANES);
        c21.intoArray(tile, tileOffset + 5 * LANES);
        c30.intoArray(tile, tileOffset + 6 * LANES);
        c31.intoArray(tile, tileOffset + 7 * LANES);
    }

    private static FloatVector load(MemorySegment b, long at) {
        return FloatVector.fromMemorySegment(SPECIES, b, at, ByteOrder.nativeOrder());
    }
}
