package soma.cuda;

import java.util.Arrays;

/**
 * Which source positions each output position of an axis reads, and the reverse.
 *
 * @param below source position of each output position
 * @param above the next one; the same where there is none, or for nearest neighbour
 * @param weight of the one above
 * @param first output position that reads each source position
 * @param end one beyond the last; the range is empty where none does
 */
record ResizeTable(int[] below, int[] above, float[] weight, int[] first, int[] end) {
    /** torch's {@code interpolate(mode="nearest")}: {@code floor(i * scale)}, scale a float32. */
    static ResizeTable nearest(int in, int out) {
        int[] source = new int[out];
        float scale = (float) in / out;
        for (int i = 0; i < out; i++) {
            source[i] = Math.min((int) (i * scale), in - 1);
        }
        return of(in, source, source, new float[out]);
    }

    /**
     * torch's {@code interpolate(mode="bilinear", align_corners=False)}: the coordinate is computed
     * in float32, with a fused multiply-add.
     */
    static ResizeTable bilinear(int in, int out) {
        int[] below = new int[out];
        int[] above = new int[out];
        float[] weight = new float[out];
        for (int i = 0; i < out; i++) {
            float at = Math.max(0, Math.fma(i + 0.5f, (float) in / out, -0.5f));
            below[i] = Math.min((int) at, in - 1);
            above[i] = Math.min(below[i] + 1, in - 1);
            weight[i] = at - below[i];
        }
        return of(in, below, above, weight);
    }

    private static ResizeTable of(int in, int[] below, int[] above, float[] weight) {
        int[] first = new int[in];
        int[] end = new int[in];
        Arrays.fill(first, below.length);
        for (int i = 0; i < below.length; i++) {
            for (int source : new int[] {below[i], above[i]}) {
                first[source] = Math.min(first[source], i);
                end[source] = i + 1;
            }
        }
        return new ResizeTable(below, above, weight, first, end);
    }

    /** Sources and weights, a row each, as {@code resize_f32} takes them. */
    int[] taps() {
        int n = below.length;
        int[] all = Arrays.copyOf(below, 3 * n);
        System.arraycopy(above, 0, all, n, n);
        for (int i = 0; i < n; i++) {
            all[2 * n + i] = Float.floatToRawIntBits(weight[i]);
        }
        return all;
    }

    /** The ranges of readers, as {@code resize_backward_f32} takes them. */
    int[] ranges() {
        int[] all = Arrays.copyOf(first, 2 * first.length);
        System.arraycopy(end, 0, all, first.length, end.length);
        return all;
    }
}
