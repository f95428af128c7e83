package soma.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class SubsampleTest {
    /** 10 positives, 30 of background and 5 ignored, of which 4 and 12 are chosen. */
    @Test
    void choosesEachWithEqualChance() {
        int[] labels = new int[45];
        Arrays.fill(labels, 0, 10, 1);
        Arrays.fill(labels, 40, 45, -1);
        int[] hits = new int[45];
        int rounds = 6000;
        for (int seed = 0; seed < rounds; seed++) {
            try (Scope _ = Scope.open("round", Device.cpu())) {
                Tensor index = Vision.subsample(Tensor.of(labels, 45), 16, 0.25, 0, seed).index();
                for (int i : index.toInts()) {
                    hits[i]++;
                }
            }
        }
        for (int i = 0; i < 45; i++) {
            double expected = i < 40 ? rounds * 0.4 : 0;
            // Five standard deviations of a binomial.
            assertEquals(expected, hits[i], 5 * Math.sqrt(expected * 0.6), "index " + i);
        }
    }
}
