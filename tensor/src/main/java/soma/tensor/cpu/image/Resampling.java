package soma.tensor.cpu.image;

import static soma.tensor.spi.PillowTaps.FRACTION_BITS;

import java.util.Arrays;

/**
 * One pass of a resize: along the middle axis of bytes {@code [outer, from, inner]}. Targets are
 * numbered through, {@code outer * to} of them, and any range of them can be made on its own.
 *
 * @param in bytes
 * @param inAt where they begin
 * @param from sources along the axis
 * @param inner bytes of a source
 * @param taps rows of {@link soma.tensor.spi.PillowTaps}
 * @param tapsAt where they begin
 * @param row length of a row
 * @param to targets along the axis
 * @param out receives the targets
 * @param outAt where they begin
 */
public record Resampling(
        byte[] in,
        int inAt,
        int from,
        int inner,
        int[] taps,
        int tapsAt,
        int row,
        int to,
        byte[] out,
        int outAt) {
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    /**
     * Makes the targets {@code first} to {@code end} (exclusive).
     *
     * @param sums scratch, at least {@code inner} long
     */
    public void run(int first, int end, int[] sums) {
        for (int target = first; target < end; ) {
            int line = target / to;
            int next = Math.min(end, (line + 1) * to);
            int source = inAt + line * from * inner;
            int o = outAt + target * inner;
            int tap = tapsAt + target % to * row;
            int n = next - target;
            switch (inner) {
                case 1 -> gray(source, tap, o, n);
                case 3 -> color(source, tap, o, n);
                default -> rows(source, tap, o, n, sums);
            }
            target = next;
        }
    }

    private void gray(int source, int firstTap, int firstOut, int n) {
        for (int i = 0, tap = firstTap; i < n; i++, tap += row) {
            int at = source + taps[tap];
            int count = taps[tap + 1];
            int sum = HALF;
            for (int k = 0; k < count; k++) {
                sum += (in[at + k] & 0xff) * taps[tap + 2 + k];
            }
            out[firstOut + i] = round(sum);
        }
    }

    private void color(int source, int firstTap, int firstOut, int n) {
        int o = firstOut;
        for (int i = 0, tap = firstTap; i < n; i++, tap += row, o += 3) {
            int at = source + 3 * taps[tap];
            int count = taps[tap + 1];
            int blue = HALF;
            int green = HALF;
            int red = HALF;
            for (int k = 0; k < count; k++, at += 3) {
                int weight = taps[tap + 2 + k];
                blue += (in[at] & 0xff) * weight;
                green += (in[at + 1] & 0xff) * weight;
                red += (in[at + 2] & 0xff) * weight;
            }
            out[o] = round(blue);
            out[o + 1] = round(green);
            out[o + 2] = round(red);
        }
    }

    private void rows(int source, int firstTap, int firstOut, int n, int[] sums) {
        int o = firstOut;
        for (int i = 0, tap = firstTap; i < n; i++, tap += row, o += inner) {
            Arrays.fill(sums, 0, inner, HALF);
            for (int k = 0; k < taps[tap + 1]; k++) {
                accumulate(source + (taps[tap] + k) * inner, sums, taps[tap + 2 + k]);
            }
            for (int j = 0; j < inner; j++) {
                out[o + j] = round(sums[j]);
            }
        }
    }

    private void accumulate(int start, int[] sums, int weight) {
        for (int j = 0; j < inner; j++) {
            sums[j] += (in[start + j] & 0xff) * weight;
        }
    }

    private static byte round(int sum) {
        return (byte) Math.min(255, sum >> FRACTION_BITS);
    }
}
