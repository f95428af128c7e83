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
 * <p>The right operand is a packed panel, {@code [k][columns]}. The left operand is a strip of 8
 * rows, either {@code [8][STRIDE]} or, interleaved, {@code [k][8]}: the distances are constants, so
 * that one register addresses all rows. The tile {@code [8][columns]} is added to; {@link
 * TileStore} brings it to the output.
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

    /** Floats of a tile. */
    static final int TILE = ROWS * COLUMNS;

    /** Most values of a row at the distance {@link #STRIDE}. */
    static final int MAX_K = 320;

    /**
     * Distance of copied rows, apart from powers of two, so that they do not compete for cache
     * lines.
     */
    static final int STRIDE = MAX_K + 16;

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
     * Computes {@code tile[i][j] += sum over l < k of a[aOffset + i * STRIDE + l] * b[l][j]}.
     *
     * @param k at most {@link #MAX_K}
     * @param bOffset where the panel begins in {@code b}, in bytes
     * @param width columns of the panel and of the tile: one or two vectors
     */
    static void multiplyStrided(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            int width,
            float[] tile,
            int tileOffset) {
        if (width == LANES) {
            strided8x1(a, aOffset, k, b, bOffset, tile, tileOffset);
        } else if (WIDE) {
            strided8x2(a, aOffset, k, b, bOffset, tile, tileOffset);
        } else {
            strided4x2(a, aOffset, k, b, bOffset, tile, tileOffset);
            int low = tileOffset + 4 * COLUMNS;
            strided4x2(a, aOffset + 4 * STRIDE, k, b, bOffset, tile, low);
        }
    }

    /** As {@link #multiplyStrided}, of {@code a[aOffset + 8 * l + i]} and of any {@code k}. */
    static void multiplyInterleaved(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            int width,
            float[] tile,
            int tileOffset) {
        if (width == LANES) {
            interleaved8x1(a, aOffset, k, b, bOffset, tile, tileOffset);
        } else if (WIDE) {
            interleaved8x2(a, aOffset, k, b, bOffset, tile, tileOffset);
        } else {
            interleaved4x2(a, aOffset, k, b, bOffset, tile, tileOffset);
            int low = tileOffset + 4 * COLUMNS;
            interleaved4x2(a, aOffset + 4, k, b, bOffset, tile, low);
        }
    }

    private static void strided8x2(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, tile, tileOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, tile, tileOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, tile, tileOffset + 2 * LANES);
        FloatVector c11 = FloatVector.fromArray(SPECIES, tile, tileOffset + 3 * LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, tile, tileOffset + 4 * LANES);
        FloatVector c21 = FloatVector.fromArray(SPECIES, tile, tileOffset + 5 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, tile, tileOffset + 6 * LANES);
        FloatVector c31 = FloatVector.fromArray(SPECIES, tile, tileOffset + 7 * LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, tile, tileOffset + 8 * LANES);
        FloatVector c41 = FloatVector.fromArray(SPECIES, tile, tileOffset + 9 * LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, tile, tileOffset + 10 * LANES);
        FloatVector c51 = FloatVector.fromArray(SPECIES, tile, tileOffset + 11 * LANES);
        FloatVector c60 = FloatVector.fromArray(SPECIES, tile, tileOffset + 12 * LANES);
        FloatVector c61 = FloatVector.fromArray(SPECIES, tile, tileOffset + 13 * LANES);
        FloatVector c70 = FloatVector.fromArray(SPECIES, tile, tileOffset + 14 * LANES);
        FloatVector c71 = FloatVector.fromArray(SPECIES, tile, tileOffset + 15 * LANES);
        for (int l = 0; l < k; l++) {
            long at = bOffset + l * (4L * COLUMNS);
            int left = aOffset + l;
            FloatVector b0 = load(b, at);
            FloatVector b1 = load(b, at + 4 * LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[left]);
            c00 = fma(x0, b0, c00);
            c01 = fma(x0, b1, c01);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[left + STRIDE]);
            c10 = fma(x1, b0, c10);
            c11 = fma(x1, b1, c11);
            FloatVector x2 = FloatVector.broadcast(SPECIES, a[left + 2 * STRIDE]);
            c20 = fma(x2, b0, c20);
            c21 = fma(x2, b1, c21);
            FloatVector x3 = FloatVector.broadcast(SPECIES, a[left + 3 * STRIDE]);
            c30 = fma(x3, b0, c30);
            c31 = fma(x3, b1, c31);
            FloatVector x4 = FloatVector.broadcast(SPECIES, a[left + 4 * STRIDE]);
            c40 = fma(x4, b0, c40);
            c41 = fma(x4, b1, c41);
            FloatVector x5 = FloatVector.broadcast(SPECIES, a[left + 5 * STRIDE]);
            c50 = fma(x5, b0, c50);
            c51 = fma(x5, b1, c51);
            FloatVector x6 = FloatVector.broadcast(SPECIES, a[left + 6 * STRIDE]);
            c60 = fma(x6, b0, c60);
            c61 = fma(x6, b1, c61);
            FloatVector x7 = FloatVector.broadcast(SPECIES, a[left + 7 * STRIDE]);
            c70 = fma(x7, b0, c70);
            c71 = fma(x7, b1, c71);
        }
        c00.intoArray(tile, tileOffset);
        c01.intoArray(tile, tileOffset + LANES);
        c10.intoArray(tile, tileOffset + 2 * LANES);
        c11.intoArray(tile, tileOffset + 3 * LANES);
        c20.intoArray(tile, tileOffset + 4 * LANES);
        c21.intoArray(tile, tileOffset + 5 * LANES);
        c30.intoArray(tile, tileOffset + 6 * LANES);
        c31.intoArray(tile, tileOffset + 7 * LANES);
        c40.intoArray(tile, tileOffset + 8 * LANES);
        c41.intoArray(tile, tileOffset + 9 * LANES);
        c50.intoArray(tile, tileOffset + 10 * LANES);
        c51.intoArray(tile, tileOffset + 11 * LANES);
        c60.intoArray(tile, tileOffset + 12 * LANES);
        c61.intoArray(tile, tileOffset + 13 * LANES);
        c70.intoArray(tile, tileOffset + 14 * LANES);
        c71.intoArray(tile, tileOffset + 15 * LANES);
    }

    private static void strided8x1(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, tile, tileOffset);
        FloatVector c10 = FloatVector.fromArray(SPECIES, tile, tileOffset + LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, tile, tileOffset + 2 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, tile, tileOffset + 3 * LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, tile, tileOffset + 4 * LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, tile, tileOffset + 5 * LANES);
        FloatVector c60 = FloatVector.fromArray(SPECIES, tile, tileOffset + 6 * LANES);
        FloatVector c70 = FloatVector.fromArray(SPECIES, tile, tileOffset + 7 * LANES);
        for (int l = 0; l < k; l++) {
            long at = bOffset + l * (4L * LANES);
            int left = aOffset + l;
            FloatVector b0 = load(b, at);
            c00 = fma(FloatVector.broadcast(SPECIES, a[left]), b0, c00);
            c10 = fma(FloatVector.broadcast(SPECIES, a[left + STRIDE]), b0, c10);
            c20 = fma(FloatVector.broadcast(SPECIES, a[left + 2 * STRIDE]), b0, c20);
            c30 = fma(FloatVector.broadcast(SPECIES, a[left + 3 * STRIDE]), b0, c30);
            c40 = fma(FloatVector.broadcast(SPECIES, a[left + 4 * STRIDE]), b0, c40);
            c50 = fma(FloatVector.broadcast(SPECIES, a[left + 5 * STRIDE]), b0, c50);
            c60 = fma(FloatVector.broadcast(SPECIES, a[left + 6 * STRIDE]), b0, c60);
            c70 = fma(FloatVector.broadcast(SPECIES, a[left + 7 * STRIDE]), b0, c70);
        }
        c00.intoArray(tile, tileOffset);
        c10.intoArray(tile, tileOffset + LANES);
        c20.intoArray(tile, tileOffset + 2 * LANES);
        c30.intoArray(tile, tileOffset + 3 * LANES);
        c40.intoArray(tile, tileOffset + 4 * LANES);
        c50.intoArray(tile, tileOffset + 5 * LANES);
        c60.intoArray(tile, tileOffset + 6 * LANES);
        c70.intoArray(tile, tileOffset + 7 * LANES);
    }

    private static void strided4x2(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, tile, tileOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, tile, tileOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, tile, tileOffset + 2 * LANES);
        FloatVector c11 = FloatVector.fromArray(SPECIES, tile, tileOffset + 3 * LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, tile, tileOffset + 4 * LANES);
        FloatVector c21 = FloatVector.fromArray(SPECIES, tile, tileOffset + 5 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, tile, tileOffset + 6 * LANES);
        FloatVector c31 = FloatVector.fromArray(SPECIES, tile, tileOffset + 7 * LANES);
        for (int l = 0; l < k; l++) {
            long at = bOffset + l * (4L * COLUMNS);
            int left = aOffset + l;
            FloatVector b0 = load(b, at);
            FloatVector b1 = load(b, at + 4 * LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[left]);
            c00 = fma(x0, b0, c00);
            c01 = fma(x0, b1, c01);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[left + STRIDE]);
            c10 = fma(x1, b0, c10);
            c11 = fma(x1, b1, c11);
            FloatVector x2 = FloatVector.broadcast(SPECIES, a[left + 2 * STRIDE]);
            c20 = fma(x2, b0, c20);
            c21 = fma(x2, b1, c21);
            FloatVector x3 = FloatVector.broadcast(SPECIES, a[left + 3 * STRIDE]);
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

    private static void interleaved8x2(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, tile, tileOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, tile, tileOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, tile, tileOffset + 2 * LANES);
        FloatVector c11 = FloatVector.fromArray(SPECIES, tile, tileOffset + 3 * LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, tile, tileOffset + 4 * LANES);
        FloatVector c21 = FloatVector.fromArray(SPECIES, tile, tileOffset + 5 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, tile, tileOffset + 6 * LANES);
        FloatVector c31 = FloatVector.fromArray(SPECIES, tile, tileOffset + 7 * LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, tile, tileOffset + 8 * LANES);
        FloatVector c41 = FloatVector.fromArray(SPECIES, tile, tileOffset + 9 * LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, tile, tileOffset + 10 * LANES);
        FloatVector c51 = FloatVector.fromArray(SPECIES, tile, tileOffset + 11 * LANES);
        FloatVector c60 = FloatVector.fromArray(SPECIES, tile, tileOffset + 12 * LANES);
        FloatVector c61 = FloatVector.fromArray(SPECIES, tile, tileOffset + 13 * LANES);
        FloatVector c70 = FloatVector.fromArray(SPECIES, tile, tileOffset + 14 * LANES);
        FloatVector c71 = FloatVector.fromArray(SPECIES, tile, tileOffset + 15 * LANES);
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
        c00.intoArray(tile, tileOffset);
        c01.intoArray(tile, tileOffset + LANES);
        c10.intoArray(tile, tileOffset + 2 * LANES);
        c11.intoArray(tile, tileOffset + 3 * LANES);
        c20.intoArray(tile, tileOffset + 4 * LANES);
        c21.intoArray(tile, tileOffset + 5 * LANES);
        c30.intoArray(tile, tileOffset + 6 * LANES);
        c31.intoArray(tile, tileOffset + 7 * LANES);
        c40.intoArray(tile, tileOffset + 8 * LANES);
        c41.intoArray(tile, tileOffset + 9 * LANES);
        c50.intoArray(tile, tileOffset + 10 * LANES);
        c51.intoArray(tile, tileOffset + 11 * LANES);
        c60.intoArray(tile, tileOffset + 12 * LANES);
        c61.intoArray(tile, tileOffset + 13 * LANES);
        c70.intoArray(tile, tileOffset + 14 * LANES);
        c71.intoArray(tile, tileOffset + 15 * LANES);
    }

    private static void interleaved8x1(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, tile, tileOffset);
        FloatVector c10 = FloatVector.fromArray(SPECIES, tile, tileOffset + LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, tile, tileOffset + 2 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, tile, tileOffset + 3 * LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, tile, tileOffset + 4 * LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, tile, tileOffset + 5 * LANES);
        FloatVector c60 = FloatVector.fromArray(SPECIES, tile, tileOffset + 6 * LANES);
        FloatVector c70 = FloatVector.fromArray(SPECIES, tile, tileOffset + 7 * LANES);
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
        c00.intoArray(tile, tileOffset);
        c10.intoArray(tile, tileOffset + LANES);
        c20.intoArray(tile, tileOffset + 2 * LANES);
        c30.intoArray(tile, tileOffset + 3 * LANES);
        c40.intoArray(tile, tileOffset + 4 * LANES);
        c50.intoArray(tile, tileOffset + 5 * LANES);
        c60.intoArray(tile, tileOffset + 6 * LANES);
        c70.intoArray(tile, tileOffset + 7 * LANES);
    }

    private static void interleaved4x2(
            float[] a,
            int aOffset,
            int k,
            MemorySegment b,
            long bOffset,
            float[] tile,
            int tileOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, tile, tileOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, tile, tileOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, tile, tileOffset + 2 * LANES);
        FloatVector c11 = FloatVector.fromArray(SPECIES, tile, tileOffset + 3 * LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, tile, tileOffset + 4 * LANES);
        FloatVector c21 = FloatVector.fromArray(SPECIES, tile, tileOffset + 5 * LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, tile, tileOffset + 6 * LANES);
        FloatVector c31 = FloatVector.fromArray(SPECIES, tile, tileOffset + 7 * LANES);
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
