package soma.tensor.cpu.vector;

import java.util.Arrays;

/**
 * The pixels around a base pixel that a convolution multiplies with weights, and how they lie in
 * memory.
 *
 * <p>Taps that follow each other in a row of an ungrouped input are one run of contiguous values,
 * so a 3x3 convolution reads three runs.
 */
final class Taps {
    /** Vertical offset of each tap from the base pixel. */
    final int[] y;

    /** Horizontal offset of each tap from the base pixel. */
    final int[] x;

    /** First tap of each run, and the number of taps at the end. */
    final int[] runs;

    final int minY;
    final int maxY;
    final int minX;
    final int maxX;

    /**
     * Finds the runs.
     *
     * @param merge whether neighbouring taps are contiguous, which they are not with more than one
     *     channel group
     */
    Taps(int[] y, int[] x, boolean merge) {
        this.y = y;
        this.x = x;
        int[] starts = new int[y.length + 1];
        int count = 0;
        int lowY = 0;
        int highY = 0;
        int lowX = 0;
        int highX = 0;
        for (int t = 0; t < y.length; t++) {
            boolean follows = t > 0 && merge && y[t] == y[t - 1] && x[t] == x[t - 1] + 1;
            if (!follows) {
                starts[count++] = t;
            }
            lowY = t == 0 ? y[t] : Math.min(lowY, y[t]);
            highY = t == 0 ? y[t] : Math.max(highY, y[t]);
            lowX = t == 0 ? x[t] : Math.min(lowX, x[t]);
            highX = t == 0 ? x[t] : Math.max(highX, x[t]);
        }
        starts[count] = y.length;
        runs = Arrays.copyOf(starts, count + 1);
        minY = lowY;
        maxY = highY;
        minX = lowX;
        maxX = highX;
    }

    /** Number of taps. */
    int count() {
        return y.length;
    }

    /** Number of runs. */
    int runCount() {
        return runs.length - 1;
    }

    /** Whether all taps of a base pixel lie inside of the image. */
    boolean inside(int baseY, int baseX, int height, int width) {
        return baseY + minY >= 0
                && baseY + maxY < height
                && baseX + minX >= 0
                && baseX + maxX < width;
    }

    /** Distance in memory of a tap from the base pixel. */
    int shift(int tap, FeatureMap in) {
        return (y[tap] * in.width() + x[tap]) * in.channels();
    }

    /**
     * Triples (first tap of the run, start in the run, length) that divide the {@code channels}
     * values of all taps into blocks of {@code blockK}.
     *
     * @param blockStarts receives the index of the first triple element of each block, and the end
     */
    int[] pieces(int channels, int blockK, int[] blockStarts) {
        int blocks = blockStarts.length - 1;
        int[] pieces = new int[3 * (runCount() + blocks)];
        int count = 0;
        int at = 0;
        for (int run = 0; run < runCount(); run++) {
            int begin = runs[run] * channels;
            int end = runs[run + 1] * channels;
            while (at < end) {
                int block = at / blockK;
                int length = Math.min(end, (block + 1) * blockK) - at;
                pieces[count] = runs[run];
                pieces[count + 1] = at - begin;
                pieces[count + 2] = length;
                count += 3;
                blockStarts[block + 1] = count;
                at += length;
            }
        }
        return pieces;
    }
}
