package soma.cli.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void theTestIsThatOfThePairs() {
        double[] base = {0, 2, 1, 3};
        double[] scores = {1, 2, 3, 4};
        Comparison c = Comparison.of(scores, base, 1);
        // Differences 1, 0, 2, 1: t = sqrt(6) at 3 degrees of freedom, whose distribution is
        // closed.
        double expected =
                1 - 2 / Math.PI * (Math.atan(Math.sqrt(2)) + Math.sqrt(2) / (1 + 6.0 / 3));
        assertEquals(expected, c.p(), 1e-12);
        assertEquals(1, c.difference().mean());
        assertTrue(c.difference().low() > 0 && c.difference().high() < 2);
    }

    @Test
    void noDifferenceIsNoEvidence() {
        double[] same = {0.5, 0.25};
        assertEquals(1, Comparison.of(same, same, 1).p());
        assertEquals(0, Comparison.of(same, same, 1).difference().high());
        assertTrue(Double.isNaN(Comparison.of(new double[] {1}, new double[] {0}, 1).p()));
    }
}
