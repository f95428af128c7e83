package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.cpu.Philox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** The random choice of examples: the same on every device, to the last one. */
abstract class SubsampleContract extends DeviceContract {
    private static final int IGNORE = -1;

    /** 10 positives (labels 1, 2), 30 of background (0), 5 ignored. */
    private static int[] labels() {
        int[] labels = new int[45];
        Arrays.fill(labels, 0, 6, 1);
        Arrays.fill(labels, 6, 10, 2);
        Arrays.fill(labels, 40, 45, IGNORE);
        return labels;
    }

    /** What is chosen: positives, and background. */
    private record Chosen(int[] positive, int[] background) {
        static Chosen of(int[] labels, int count, double fraction, int background, long seed) {
            Vision.Subsample s =
                    Vision.subsample(
                            Tensor.of(labels, labels.length), count, fraction, background, seed);
            int[] index = s.index().toInts();
            int[] sizes = s.sizes().toInts();
            assertEquals(Math.min(count, labels.length), index.length);
            int end = sizes[0] + sizes[1];
            for (int i = end; i < index.length; i++) {
                assertEquals(0, index[i], "beyond what is chosen");
            }
            return new Chosen(
                    Arrays.copyOf(index, sizes[0]), Arrays.copyOfRange(index, sizes[0], end));
        }
    }

    private Chosen choose(int[] labels, int count, double fraction, int background, long seed) {
        try (Scope _ = Scope.open("contract", device())) {
            return Chosen.of(labels, count, fraction, background, seed);
        }
    }

    /** Sorts all of a kind by key and place. */
    private static int[] naive(
            int[] labels, int wanted, boolean positive, int background, int[] keys) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != IGNORE && (labels[i] != background) == positive) {
                all.add(i);
            }
        }
        all.sort(
                Comparator.<Integer>comparingLong(i -> Integer.toUnsignedLong(keys[i]))
                        .thenComparing(i -> i));
        return all.stream().limit(wanted).mapToInt(i -> i).sorted().toArray();
    }

    private void checkNaive(int[] labels, int count, double fraction, int background, long seed) {
        int[] keys = new int[labels.length];
        Philox.fill(seed, keys, 0, keys.length);
        int[] positive = naive(labels, (int) (count * fraction), true, background, keys);
        int[] rest = naive(labels, count - positive.length, false, background, keys);
        Chosen chosen = choose(labels, count, fraction, background, seed);
        String which = labels.length + " labels, " + count + " chosen";
        assertArrayEquals(positive, chosen.positive(), which);
        assertArrayEquals(rest, chosen.background(), which);
    }

    @Test
    void thoseOfTheSmallestKeys() {
        Random random = new Random(2);
        for (int n : new int[] {0, 1, 3, 4, 5, 31, 33, 1000, 1023, 1024, 1025, 5000}) {
            int[] labels = random.ints(n, -1, 4).toArray();
            for (int count : new int[] {0, 1, 2, 37, 256, 10_000}) {
                for (int background : new int[] {0, 3}) {
                    checkNaive(labels, count, 0.25, background, random.nextLong());
                }
            }
            checkNaive(labels, 64, 0, 0, 1);
            checkNaive(labels, 64, 1, 0, 1);
        }
    }

    /** Of 200,000 keys a few are equal; the choice ends between two of them. */
    @Test
    void ofEqualKeysTheLowerPlace() {
        int n = 200_000;
        long seed = 11;
        int[] keys = new int[n];
        Philox.fill(seed, keys, 0, n);
        long[] sorted = new long[n];
        for (int i = 0; i < n; i++) {
            sorted[i] = Integer.toUnsignedLong(keys[i]);
        }
        Arrays.sort(sorted);
        int pairs = 0;
        for (int i = 1; i < n && pairs < 2; i++) {
            if (sorted[i] == sorted[i - 1]) {
                pairs++;
                checkNaive(new int[n], i, 0.5, 0, seed);
            }
        }
        assertTrue(pairs > 0, "no two keys are equal");
    }

    @Test
    void boundsPositivesAndFillsWithBackground() {
        Chosen c = choose(labels(), 16, 0.25, 0, 1);
        assertEquals(4, c.positive().length);
        assertEquals(12, c.background().length);
        assertTrue(Arrays.stream(c.positive()).allMatch(i -> i < 10));
        assertTrue(Arrays.stream(c.background()).allMatch(i -> i >= 10 && i < 40));
        assertEquals(4, Arrays.stream(c.positive()).distinct().count());
        assertEquals(12, Arrays.stream(c.background()).distinct().count());
    }

    @Test
    void takesWhatThereIs() {
        Chosen c = choose(labels(), 1000, 0.5, 0, 1);
        assertEquals(10, c.positive().length);
        assertEquals(30, c.background().length);
    }

    @Test
    void truncatesTheShareOfPositives() {
        Chosen c = choose(labels(), 7, 0.5, 0, 1);
        assertEquals(3, c.positive().length);
        assertEquals(4, c.background().length);
    }
}
