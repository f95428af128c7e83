package soma.tensor.spi;

/**
 * Which pixels of an axis each pixel of a resized axis is made of, and their weights: those of
 * Pillow's {@code Image.resize} with its BILINEAR filter for 8-bit images ({@code
 * libImaging/Resample.c}).
 *
 * <p>The filter is a triangle that widens when the axis shrinks (antialias). Weights are
 * fixed-point numbers of {@link #FRACTION_BITS} bits.
 */
public final class PillowTaps {
    /** Bits of a weight behind the point; 255 times the sum of weights fits into an int. */
    public static final int FRACTION_BITS = 22;

    private PillowTaps() {}

    /**
     * The taps of an axis, a row of equal length for each target: the first source, how many
     * sources, and a weight for each; what is behind these is 0.
     *
     * @param from sources, at least 1
     * @param to targets, at least 1
     * @return [to, 2 + most taps], row-major
     */
    public static int[] table(int from, int to) {
        double scale = (double) from / to;
        double support = Math.max(scale, 1.0);
        int row = 2 + (int) Math.ceil(support) * 2 + 1;
        int[] table = new int[Math.multiplyExact(to, row)];
        double[] exact = new double[row];
        for (int i = 0; i < to; i++) {
            double center = (i + 0.5) * scale;
            int low = Math.max(0, (int) (center - support + 0.5));
            int high = Math.min(from, (int) (center + support + 0.5));
            double sum = 0;
            for (int j = low; j < high; j++) {
                // Pillow multiplies by the reciprocal; a division would round differently.
                double t = Math.abs((j - center + 0.5) * (1.0 / support));
                double weight = t < 1.0 ? 1.0 - t : 0.0;
                exact[j - low] = weight;
                sum += weight;
            }
            table[i * row] = low;
            table[i * row + 1] = high - low;
            for (int k = 0; k < high - low; k++) {
                double weight = sum != 0 ? exact[k] / sum : exact[k];
                table[i * row + 2 + k] = (int) (0.5 + weight * (1 << FRACTION_BITS));
            }
        }
        return table;
    }
}
