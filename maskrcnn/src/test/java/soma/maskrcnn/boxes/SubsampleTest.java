package soma.maskrcnn.boxes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.nn.SeededRandom;

import java.util.Arrays;

class SubsampleTest {
    /** 10 positives (labels 1, 2), 30 of background (0), 5 ignored. */
    private static int[] labels() {
        int[] labels = new int[45];
        Arrays.fill(labels, 0, 6, 1);
        Arrays.fill(labels, 6, 10, 2);
        Arrays.fill(labels, 40, 45, Subsample.IGNORE);
        return labels;
    }

    @Test
    void boundsPositivesAndFillsWithBackground() {
        Subsample s = Subsample.draw(labels(), 16, 0.25, 0, new SeededRandom(1, "test"));
        assertEquals(4, s.positive().length);
        assertEquals(12, s.negative().length);
        assertTrue(Arrays.stream(s.positive()).allMatch(i -> i < 10));
        assertTrue(Arrays.stream(s.negative()).allMatch(i -> i >= 10 && i < 40));
        assertEquals(16, Arrays.stream(s.all()).distinct().count(), "without replacement");
    }

    @Test
    void takesWhatThereIs() {
        Subsample s = Subsample.draw(labels(), 1000, 0.5, 0, new SeededRandom(1, "test"));
        assertEquals(10, s.positive().length);
        assertEquals(30, s.negative().length);
    }

    @Test
    void truncatesTheShareOfPositives() {
        Subsample s = Subsample.draw(labels(), 7, 0.5, 0, new SeededRandom(1, "test"));
        assertEquals(3, s.positive().length);
        assertEquals(4, s.negative().length);
    }

    @Test
    void sameSeedSameChoice() {
        int[] a = Subsample.draw(labels(), 16, 0.25, 0, new SeededRandom(7, "test")).all();
        int[] b = Subsample.draw(labels(), 16, 0.25, 0, new SeededRandom(7, "test")).all();
        assertArrayEquals(a, b);
    }

    @Test
    void choosesEachWithEqualChance() {
        int[] hits = new int[45];
        SeededRandom random = new SeededRandom(3, "test");
        int rounds = 6000;
        for (int r = 0; r < rounds; r++) {
            for (int i : Subsample.draw(labels(), 16, 0.25, 0, random).all()) {
                hits[i]++;
            }
        }
        for (int i = 0; i < 40; i++) {
            double expected = rounds * (i < 10 ? 4 / 10.0 : 12 / 30.0);
            // Five standard deviations of a binomial.
            assertEquals(expected, hits[i], 5 * Math.sqrt(expected * 0.6), "index " + i);
        }
    }
}
