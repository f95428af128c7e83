package soma.tensor.cpu.vector;

import java.util.Arrays;

/**
 * Where the samples of RoIAlign lie along one axis of a RoI, and with what weight. The samples of a
 * bin form a grid, and bilinear weights are products; so each bin needs only the sum of weights on
 * every row and every column that it touches, which saves most of the reads.
 */
final class RoiGrid {
    private final int bins;
    private final int[] first;
    private int[] position = new int[64];
    private float[] weight = new float[64];
    private int samples;

    RoiGrid(int bins) {
        this.bins = bins;
        this.first = new int[bins + 1];
    }

    /**
     * Places the samples; coordinates are rounded as torchvision rounds them.
     *
     * @param low lower coordinate of the RoI in image pixels
     * @param high upper coordinate
     * @param extent of the map
     */
    void place(float low, float high, float scale, boolean aligned, int samplingRatio, int extent) {
        float shift = aligned ? 0.5f : 0;
        float start = low * scale - shift;
        float length = high * scale - shift - start;
        if (!aligned) {
            length = Math.max(length, 1);
        }
        float bin = length / bins;
        samples = samplingRatio > 0 ? samplingRatio : (int) Math.ceil(bin);
        int end = 0;
        for (int b = 0; b < bins; b++) {
            first[b] = end;
            for (int i = 0; i < samples; i++) {
                float at = start + b * bin + (i + 0.5f) * bin / samples;
                if (at >= -1 && at <= extent) {
                    end = sample(at, extent, first[b], end);
                }
            }
        }
        first[bins] = end;
    }

    private int sample(float at, int extent, int from, int end) {
        float inside = Math.max(at, 0);
        int low = (int) inside;
        if (low >= extent - 1) {
            return add(extent - 1, 1, from, end);
        }
        float part = inside - low;
        return add(low + 1, part, from, add(low, 1 - part, from, end));
    }

    /** Samples ascend, so a position is either new or among the last two. */
    private int add(int at, float w, int from, int end) {
        for (int i = end - 1; i >= Math.max(from, end - 2); i--) {
            if (position[i] == at) {
                weight[i] += w;
                return end;
            }
        }
        if (end == position.length) {
            position = Arrays.copyOf(position, 2 * end);
            weight = Arrays.copyOf(weight, 2 * end);
        }
        position[end] = at;
        weight[end] = w;
        return end + 1;
    }

    /** Samples of each bin along the axis; negative if the RoI is inside out. */
    int samples() {
        return samples;
    }

    /** Index of the first row or column of a bin; {@code from(bin + 1)} ends it. */
    int from(int bin) {
        return first[bin];
    }

    /** The first row or column that any bin touches; 0 if none does. */
    int lowest() {
        int low = first[bins] == 0 ? 0 : Integer.MAX_VALUE;
        for (int i = 0; i < first[bins]; i++) {
            low = Math.min(low, position[i]);
        }
        return low;
    }

    /** The last one; -1 if no bin touches any. */
    int highest() {
        int high = -1;
        for (int i = 0; i < first[bins]; i++) {
            high = Math.max(high, position[i]);
        }
        return high;
    }

    int position(int i) {
        return position[i];
    }

    float weight(int i) {
        return weight[i];
    }
}
