package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairwiseMeanTest {
    /**
     * {@code numpy.mean} of {@code i * 7919 % 1009 / 1009} for i below n; adding up one by one
     * gives another last digit for most of them.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 0.0",
        "7, 0.40223700976922",
        "8, 0.4692765113974232",
        "9, 0.5045699812795948",
        "10, 0.5176412289395442",
        "15, 0.47188635612817975",
        "128, 0.503972063924678",
        "129, 0.5046442482771337",
        "136, 0.5072654929166909",
        "137, 0.5063190410394045",
        "1010, 0.499009900990099",
        "3030, 0.49951983305367204",
        "10007, 0.49959022737602016",
    })
    void isNumpysToTheLastBit(int n, double mean) {
        double[] values = new double[n + 1];
        for (int i = 0; i < n; i++) {
            values[i] = i * 7919 % 1009 / 1009.0;
        }
        values[n] = Double.NaN;
        assertEquals(mean, PairwiseMean.of(values, n));
    }
}
