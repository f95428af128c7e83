package soma.maskrcnn.eval;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Spells numbers as Python's {@code '{:.3f}'} and C's {@code printf} do: the double's exact value,
 * ties to the even digit. Java's {@code %.3f} rounds ties up, and so prints 0.313 for 0.3125 where
 * pycocotools prints 0.312.
 */
public final class FixedPoint {
    private FixedPoint() {}

    /** Returns {@code value} with that many digits after the point. */
    public static String format(double value, int decimals) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        double size = Math.abs(value);
        String digits =
                Double.isInfinite(size)
                        ? "inf"
                        : new BigDecimal(size)
                                .setScale(decimals, RoundingMode.HALF_EVEN)
                                .toPlainString();
        // Of zeros, too: a decimal has no sign to keep, and Python prints -0.000.
        return Math.copySign(1, value) < 0 ? "-" + digits : digits;
    }
}
