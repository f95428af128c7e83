package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

class BootstrapIntervalTest {
    /** Resamples of the same Mersenne Twister, percentiles by numpy: make_bootstrap.py. */
    @Test
    void isNumpys() throws IOException {
        JsonNode cases;
        try (InputStream in = getClass().getResourceAsStream("bootstrap.json")) {
            cases = new ObjectMapper().readTree(in);
        }
        assertEquals(4, cases.size());
        for (JsonNode expected : cases) {
            double[] values =
                    StreamSupport.stream(expected.get("values").spliterator(), false)
                            .mapToDouble(JsonNode::asDouble)
                            .toArray();
            BootstrapInterval interval =
                    BootstrapInterval.ofMean(values, expected.get("seed").asLong());
            assertEquals(expected.get("mean").asDouble(), interval.mean());
            assertEquals(expected.get("low").asDouble(), interval.low(), 1e-12);
            assertEquals(expected.get("high").asDouble(), interval.high(), 1e-12);
        }
    }

    /** For many values the mean is normal, and the interval 1.96 standard errors to each side. */
    @Test
    void isTheNormalOneForManyImages() {
        Random random = new Random(5);
        double[] values =
                IntStream.range(0, 1000).mapToDouble(i -> 3 + 2 * random.nextGaussian()).toArray();
        BootstrapInterval interval = BootstrapInterval.ofMean(values, 1);
        double mean = IntStream.range(0, 1000).mapToDouble(i -> values[i]).average().orElseThrow();
        double squares =
                IntStream.range(0, 1000).mapToDouble(i -> Math.pow(values[i] - mean, 2)).sum();
        double error = Math.sqrt(squares / 1000 / 1000);
        assertEquals(mean - 1.96 * error, interval.low(), 0.05 * error);
        assertEquals(mean + 1.96 * error, interval.high(), 0.05 * error);
    }

    @Test
    void oneSeedGivesOneInterval() {
        double[] values = IntStream.range(0, 40).mapToDouble(Math::sin).toArray();
        assertEquals(BootstrapInterval.ofMean(values, 4), BootstrapInterval.ofMean(values, 4));
        assertNotEquals(BootstrapInterval.ofMean(values, 4), BootstrapInterval.ofMean(values, 5));
    }

    @Test
    void tellsAGainFromChance() {
        assertTrue(BootstrapInterval.ofMean(new double[] {0.1, 0.2, 0.15}, 1).isAboveZero());
        assertFalse(BootstrapInterval.ofMean(new double[] {0.1, -0.2, 0.15}, 1).isAboveZero());
        assertFalse(BootstrapInterval.ofMean(new double[] {0, 0, 0}, 1).isAboveZero());
    }

    @Test
    void showsFourDecimals() {
        assertEquals(
                "0.3000 [0.3000, 0.3000]",
                BootstrapInterval.ofMean(new double[] {0.3, 0.3}, 1).toString());
    }

    @Test
    void refusesNothingAndNaN() {
        for (double[] values : new double[][] {{}, {0.5, Double.NaN}}) {
            assertThrows(IllegalArgumentException.class, () -> BootstrapInterval.ofMean(values, 1));
        }
    }
}
