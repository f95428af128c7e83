package soma.maskrcnn.tune;

/** Numbers that people like to read. */
final class RoundNumber {
    private static final int MOST_DIGITS = 9;

    /** Whole numbers are rounded to thousands at most. */
    private static final int FEWEST_DIGITS = -3;

    private RoundNumber() {}

    /**
     * Returns the number with the fewest decimals above {@code low} and at most {@code high}, the
     * nearest to their middle; {@code high} where none with nine decimals lies there.
     */
    static double within(double low, double high) {
        double middle = low + (high - low) / 2;
        for (int digits = FEWEST_DIGITS; digits <= MOST_DIGITS; digits++) {
            // Divided by a power of ten, which is exact, and not multiplied by 0.1, 0.01 ..
            double unit = Math.pow(10, Math.abs(digits));
            double rounded =
                    digits < 0 ? Math.rint(middle / unit) * unit : Math.rint(middle * unit) / unit;
            if (rounded > low && rounded <= high) {
                return rounded;
            }
        }
        return high;
    }
}
