package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The rows of a weight gradient in strips of up to 8, none of which reaches beyond a run of taps.
 */
final class FilterStrips {
    private final Taps taps;
    private final int channels;
    private final int perBlock;
    private final int[] run;
    private final int[] start;
    private final int[] rows;

    /**
     * Cuts the runs into strips.
     *
     * @param channels input channels of a group
     * @param perBlock strips per task
     */
    FilterStrips(Taps taps, int channels, int perBlock) {
        this.taps = taps;
        this.channels = channels;
        this.perBlock = perBlock;
        int count = 0;
        for (int r = 0; r < taps.runCount(); r++) {
            count += Math.ceilDiv(length(r), MicroKernel.ROWS);
        }
        run = new int[count];
        start = new int[count];
        rows = new int[count];
        int at = 0;
        for (int r = 0; r < taps.runCount(); r++) {
            for (int i = 0; i < length(r); i += MicroKernel.ROWS) {
                run[at] = r;
                start[at] = i;
                rows[at] = Math.min(MicroKernel.ROWS, length(r) - i);
                at++;
            }
        }
    }

    private int length(int r) {
        return (taps.runs[r + 1] - taps.runs[r]) * channels;
    }

    int count() {
        return run.length;
    }

    int blockCount() {
        return Math.ceilDiv(count(), perBlock);
    }

    /** Rows of a strip. */
    int rows(int strip) {
        return rows[strip];
    }

    /** First row of a strip among the rows (tap, channel) of the weights. */
    int firstRow(int strip) {
        return taps.runs[run[strip]] * channels + start[strip];
    }

    /**
     * Writes a strip of the transposed patches, {@code [pixel][8]}, with zeros outside of the
     * image.
     *
     * @param base index of each pixel's first channel in the input
     * @param y input row of each pixel
     * @param x input column of each pixel
     * @param to room for the strip and a vector beyond
     */
    void pack(
            FeatureMap in, int strip, int[] base, int[] y, int[] x, int count, float[] to, int at) {
        int tap = taps.runs[run[strip]];
        int tapY = taps.y[tap];
        int tapX = taps.x[tap];
        int firstX = tapX + start[strip] / channels;
        int lastX = tapX + (start[strip] + rows[strip] - 1) / channels;
        int shift = (tapY * in.width() + tapX) * in.channels() + start[strip];
        int safe = in.data().length - Math.max(LANES, MicroKernel.ROWS);
        for (int i = 0; i < count; i++) {
            int target = at + i * MicroKernel.ROWS;
            int from = base[i] + shift;
            boolean row = y[i] + tapY >= 0 && y[i] + tapY < in.height();
            if (row && x[i] + firstX >= 0 && x[i] + lastX < in.width() && from <= safe) {
                copy(in.data(), from, to, target);
            } else {
                copyPart(in, row, x[i] + tapX, start[strip], rows[strip], from, to, target);
            }
        }
    }

    /** Vectors of more than 8 write ahead into what the next pixel or the next strip overwrites. */
    private static void copy(float[] from, int start, float[] to, int at) {
        for (int i = 0; i < MicroKernel.ROWS; i += LANES) {
            FloatVector.fromArray(SPECIES, from, start + i).intoArray(to, at + i);
        }
    }

    private void copyPart(
            FeatureMap in,
            boolean row,
            int x,
            int first,
            int rowCount,
            int from,
            float[] to,
            int at) {
        for (int i = 0; i < MicroKernel.ROWS; i++) {
            int column = x + (first + i) / channels;
            boolean inside = row && i < rowCount && column >= 0 && column < in.width();
            to[at + i] = inside ? in.data()[from + i] : 0;
        }
    }
}
