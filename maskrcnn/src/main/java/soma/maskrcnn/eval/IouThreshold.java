package soma.maskrcnn.eval;

import soma.tensor.SomaException;

import java.math.BigDecimal;

/**
 * An IoU that a match must exceed, as a fraction: whether a pair does is decided exactly, in whole
 * numbers.
 *
 * @param numerator of the fraction
 * @param denominator of the fraction, at most 10^6 so that nothing overflows
 */
public record IouThreshold(long numerator, long denominator) {
    private static final int MAX_DECIMALS = 6;

    /** The competition's threshold {@code k}, (10 + k) / 20. */
    public static IouThreshold ofCompetition(int k) {
        return new IouThreshold(10L + k, 20);
    }

    /**
     * Returns the threshold that a decimal number means, such as {@code 0.5}.
     *
     * @throws SomaException unless it is from 0 to below 1 with at most 6 decimals
     */
    public static IouThreshold parse(String text) {
        try {
            BigDecimal value = new BigDecimal(text).stripTrailingZeros();
            boolean inRange = value.signum() >= 0 && value.compareTo(BigDecimal.ONE) < 0;
            if (inRange && value.scale() <= MAX_DECIMALS) {
                int decimals = Math.max(0, value.scale());
                return new IouThreshold(
                        value.movePointRight(decimals).longValueExact(),
                        BigDecimal.TEN.pow(decimals).longValueExact());
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range is.
        }
        throw new SomaException(
                "IoU: expected a number from 0 to below 1 with at most 6 decimals, got " + text);
    }

    /** Whether {@code intersection / union} is above the threshold. */
    boolean isBelow(long intersection, long union) {
        return denominator * intersection > numerator * union;
    }

    /** Returns the number as text: {@code 0.5}. */
    @Override
    public String toString() {
        return BigDecimal.valueOf(numerator)
                .divide(BigDecimal.valueOf(denominator))
                .stripTrailingZeros()
                .toPlainString();
    }
}
