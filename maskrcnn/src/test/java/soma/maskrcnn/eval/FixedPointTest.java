package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedPointTest {
    /** What Python 3 prints for {@code f"{value:.{decimals}f}"}. */
    @ParameterizedTest
    @CsvSource({
        "0.3125, 3, 0.312",
        "0.0625, 3, 0.062",
        "0.5625, 3, 0.562",
        "0.1875, 3, 0.188",
        "0.4375, 3, 0.438",
        // The nearest doubles lie below and above what is written.
        "1.0005, 3, 1.000",
        "0.0005, 3, 0.001",
        "2.675, 2, 2.67",
        "0.125, 2, 0.12",
        "0.5, 0, 0",
        "1.5, 0, 2",
        "0.03125, 4, 0.0312",
        "-1, 3, -1.000",
        "0, 3, 0.000",
        "-0.0, 3, -0.000",
        "-0.0001, 3, -0.000",
        "0.9999999999999998, 3, 1.000",
        "1e22, 1, 10000000000000000000000.0",
        "NaN, 3, nan",
        "-Infinity, 3, -inf",
    })
    void printsAsPython(double value, int decimals, String text) {
        assertEquals(text, FixedPoint.format(value, decimals));
    }
}
