package soma.tensor.cpu.vector;

import java.util.Arrays;

/**
 * Pastes one mask into its box, straight to column-major runs; only the window around the box is
 * sampled. The arithmetic is that of the reference, in the same order; the mask gets a margin of
 * two zeros, which the taps outside read.
 */
final class VectorMaskPaste {
    private static final int MARGIN = 2;

    private final float[] mask;
    private final int side;
    private final int stride;
    private int[] runs = new int[64];
    private int count;

    VectorMaskPaste(float[] masks, int first, int side) {
        this.side = side;
        this.stride = side + 2 * MARGIN;
        this.mask = new float[stride * stride];
        for (int y = 0; y < side; y++) {
            System.arraycopy(masks, first + y * side, mask, (y + MARGIN) * stride + MARGIN, side);
        }
    }

    /** Taps of the pixels of a window along one axis. */
    private record Taps(int from, int[] low, float[] weight) {}

    private Taps taps(float low, float high, int extent) {
        int from = (int) Math.max(Math.floor(low) - 1, 0);
        int to = (int) Math.min(Math.ceil(high) + 1, extent);
        int n = Math.max(0, to - from);
        int[] index = new int[n];
        float[] weight = new float[n];
        for (int i = 0; i < n; i++) {
            float grid = (from + i + 0.5f - low) / (high - low) * 2 - 1;
            float at = (grid + 1) * (side / 2f) - 0.5f;
            float floor = (float) Math.floor(at);
            index[i] = (int) Math.clamp(floor, -MARGIN, side) + MARGIN;
            weight[i] = at - floor;
        }
        return new Taps(from, index, weight);
    }

    /** Run lengths of the image, zeros first. */
    int[] paste(float[] box, int at, int height, int width, float threshold) {
        Taps columns = taps(box[at], box[at + 2], width);
        Taps rows = taps(box[at + 1], box[at + 3], height);
        int set = 0; // where the run of ones begins
        int end = 0; // one past the last pixel that is accounted for
        boolean inside = false;
        for (int x = 0; x < columns.low.length; x++) {
            int first = (columns.from + x) * height + rows.from;
            for (int y = 0; y < rows.low.length; y++) {
                boolean pixel = sample(rows, y, columns, x) >= threshold;
                if (pixel && !inside) {
                    set = first + y;
                    add(set - end);
                } else if (!pixel && inside) {
                    end = first + y;
                    add(end - set);
                }
                inside = pixel;
            }
            // The column below the window is not set, unless the window reaches the next column.
            boolean joins = rows.low.length == height;
            if (inside && !joins) {
                end = first + rows.low.length;
                add(end - set);
                inside = false;
            }
        }
        int total = height * width;
        if (inside) {
            end = (columns.from + columns.low.length) * height;
            add(end - set);
        }
        if (end < total || count == 0) {
            add(total - end);
        }
        return Arrays.copyOf(runs, count);
    }

    private void add(int run) {
        if (count == runs.length) {
            runs = Arrays.copyOf(runs, 2 * count);
        }
        runs[count++] = run;
    }

    private float sample(Taps rows, int y, Taps columns, int x) {
        float south = rows.weight[y];
        float east = columns.weight[x];
        float north = 1 - south;
        float west = 1 - east;
        int at = rows.low[y] * stride + columns.low[x];
        return mask[at] * (north * west)
                + mask[at + 1] * (north * east)
                + mask[at + stride] * (south * west)
                + mask[at + stride + 1] * (south * east);
    }
}
