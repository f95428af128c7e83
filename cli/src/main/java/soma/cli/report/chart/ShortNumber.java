package soma.cli.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers for people, without zeros at the end: {@code 0.05}, {@code 0.5}, {@code 1200}. */
final class ShortNumber {
    private static final MathContext DIGITS = new MathContext(4);

    private ShortNumber() {}

    /** Returns a finite number with at most four significant digits. */
    static String of(double value) {
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }
}
