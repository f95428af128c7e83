package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Copies the taps of single pixels, with zeros for those outside of the image: {@code
 * [group][tap][channel of group]}.
 *
 * <p>Copies go from low to high addresses and may write up to a vector beyond their end, which the
 * next one overwrites.
 */
final class PatchPacking {
    private PatchPacking() {}

    /**
     * Writes the part of a patch that lies in a block of k.
     *
     * @param pieces of the block, see {@link Taps#pieces}
     * @param base index of the base pixel's first channel of the group
     * @param y row of the base pixel
     * @param x column of the base pixel
     * @param to room for the part and a vector beyond
     */
    static void clipped(
            FeatureMap in,
            Taps taps,
            int channels,
            int[] pieces,
            int from,
            int end,
            int base,
            int y,
            int x,
            float[] to,
            int at) {
        int target = at;
        for (int piece = from; piece < end; piece += 3) {
            int tap = pieces[piece];
            int start = pieces[piece + 1];
            int length = pieces[piece + 2];
            int tapY = y + taps.y[tap];
            int tapX = x + taps.x[tap];
            int low = length;
            int high = length;
            if (tapY >= 0 && tapY < in.height()) {
                low = Math.clamp(-tapX * (long) channels - start, 0, length);
                high = Math.clamp((in.width() - tapX) * (long) channels - start, low, length);
            }
            zero(to, target, low);
            if (high > low) {
                int shift = taps.shift(tap, in) + start;
                copy(in.data(), base + shift + low, to, target + low, high - low);
            }
            zero(to, target + high, length - high);
            target += length;
        }
    }

    /** As {@link #clipped}, of a pixel whose taps all lie inside of the image. */
    static void inside(
            FeatureMap in,
            Taps taps,
            int[] pieces,
            int from,
            int end,
            int base,
            float[] to,
            int at) {
        int target = at;
        for (int piece = from; piece < end; piece += 3) {
            int length = pieces[piece + 2];
            int shift = taps.shift(pieces[piece], in) + pieces[piece + 1];
            copy(in.data(), base + shift, to, target, length);
            target += length;
        }
    }

    /** Copies {@code length} values; may write up to a vector beyond. */
    static void copy(float[] from, int start, float[] to, int at, int length) {
        int i = 0;
        for (; i < length && start + i + LANES <= from.length; i += LANES) {
            FloatVector.fromArray(SPECIES, from, start + i).intoArray(to, at + i);
        }
        if (i < length) {
            VectorMask<Float> mask = SPECIES.indexInRange(start + i, from.length);
            FloatVector.fromArray(SPECIES, from, start + i, mask).intoArray(to, at + i);
        }
    }

    /** Distance of the strips that {@link #interleave} writes for {@code k} columns. */
    static int stripDistance(int k) {
        return k * MicroKernel.ROWS + 16;
    }

    /**
     * Writes column {@code l} of a transposed left operand to its strips of 8 rows, {@code [rows /
     * 8][k][8]}.
     *
     * <p>Vectors of more than 8 write ahead into what the next column overwrites.
     *
     * @param column values of the rows, and room to read a vector beyond
     */
    static void interleave(float[] column, int rows, int k, int l, float[] strips) {
        int distance = stripDistance(k);
        int to = l * MicroKernel.ROWS;
        for (int row = 0; row < rows; row += MicroKernel.ROWS) {
            for (int i = 0; i < MicroKernel.ROWS; i += LANES) {
                FloatVector.fromArray(SPECIES, column, row + i).intoArray(strips, to + i);
            }
            to += distance;
        }
    }

    /** Zeroes {@code length} values; may write up to a vector beyond. */
    static void zero(float[] to, int at, int length) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector.zero(SPECIES).intoArray(to, at + i);
        }
    }
}
