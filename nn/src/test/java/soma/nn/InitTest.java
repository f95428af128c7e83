package soma.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Map;

/** Initial values: their spread as in the specification, and their determinism. */
class InitTest {
    @ParameterizedTest
    @CsvSource({
        "64, 3, 7, 7, 0.02525", // stem
        "256, 256, 3, 3, 0.029463", // mask_fcn
        "256, 256, 2, 2, 0.044194", // mask deconv, whose first extent is its input
        "256, 8, 3, 3, 0.029463" // grouped: groups are not divided out
    })
    void msraSpread(int a, int b, int kh, int kw, double std) {
        double[] moments = moments(fill(Init.msra(), a, b, kh, kw));
        assertEquals(0, moments[0], 5 * std / Math.sqrt((double) a * b * kh * kw));
        assertEquals(std, moments[1], 0.04 * std);
        assertTrue(moments[2] > 3 * std, "a normal distribution has tails");
    }

    @ParameterizedTest
    @CsvSource({
        "256, 256, 3, 3, 0.03608", // fpn_output
        "1024, 12544, 1, 1, 0.015466", // fc1
        "1024, 1024, 1, 1, 0.054127" // fc2
    })
    void xavierBound(int a, int b, int kh, int kw, double bound) {
        float[] values = kh == 1 ? fill(Init.xavier(), a, b) : fill(Init.xavier(), a, b, kh, kw);
        double[] moments = moments(values);
        assertEquals(bound, moments[2], 1e-3 * bound);
        assertEquals(bound / Math.sqrt(3), moments[1], 0.01 * bound);
    }

    @Test
    void normalAndConstant() {
        double[] moments = moments(fill(Init.normal(0.001), 81, 1024));
        assertEquals(0.001, moments[1], 1e-5);
        float[] ones = fill(Init.constant(1), 5);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1}, ones);
    }

    private static float[] fill(Init init, int... torchShape) {
        float[] values = new float[Arrays.stream(torchShape).reduce(1, (x, y) -> x * y)];
        init.fill(values, torchShape, new RandomStreams(1).fresh("test"));
        return values;
    }

    /** Mean, standard deviation, largest magnitude. */
    private static double[] moments(float[] values) {
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (float v : values) {
            sum += v;
            squares += (double) v * v;
            largest = Math.max(largest, Math.abs(v));
        }
        double mean = sum / values.length;
        return new double[] {mean, Math.sqrt(squares / values.length - mean * mean), largest};
    }

    @Test
    void generatorGivesItsAuthorsNumbers() {
        SeededRandom random = new SeededRandom(0);
        random.state(new long[] {1, 2, 3, 4});
        long[] first = {random.nextLong(), random.nextLong(), random.nextLong()};
        assertArrayEquals(new long[] {11520, 0, 1509978240}, first);
    }

    @Test
    void streamsGoOnWhereTheirStateWasSaved() {
        RandomStreams streams = new RandomStreams(7);
        streams.stream("a").nextGaussian();
        streams.stream("b").nextInt(10);
        Map<String, long[]> saved = streams.state();
        double[] expected = streams.stream("a").doubles(20).toArray();
        RandomStreams restored = new RandomStreams(7);
        restored.stream("c").nextLong();
        restored.restore(saved);
        assertArrayEquals(expected, restored.stream("a").doubles(20).toArray());
        assertEquals(saved.keySet(), restored.state().keySet());
    }

    @Test
    void streamsDependOnSeedAndNameOnly() {
        long[] a = new RandomStreams(1).stream("a").longs(4).toArray();
        RandomStreams other = new RandomStreams(1);
        other.stream("b").nextLong();
        assertArrayEquals(a, other.stream("a").longs(4).toArray());
        assertArrayEquals(a, other.fresh("a").longs(4).toArray());
        assertFalse(Arrays.equals(a, other.fresh("b").longs(4).toArray()));
        assertFalse(Arrays.equals(a, new RandomStreams(2).fresh("a").longs(4).toArray()));
    }

    @Test
    void refusesAStateOfZeros() {
        SeededRandom random = new SeededRandom(1);
        assertThrows(IllegalArgumentException.class, () -> random.state(new long[4]));
        assertThrows(IllegalArgumentException.class, () -> random.state(new long[] {1}));
    }
}
