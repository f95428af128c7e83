package soma.tensor.cpu.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** The labelling rules of detectron2's Matcher, worked out by hand. */
class ScalarMatcherTest {
    private static final double[] RPN = {0.3, 0.7};
    private static final int[] RPN_LABELS = {0, -1, 1};

    private static void check(
            boolean lowQuality, float[] quality, int m, int[] matches, int[] labels) {
        int n = matches.length;
        int[] gotMatches = new int[n];
        int[] gotLabels = new int[n];
        new ScalarMatcher(RPN, RPN_LABELS, lowQuality).match(quality, m, n, gotMatches, gotLabels);
        assertArrayEquals(matches, gotMatches);
        assertArrayEquals(labels, gotLabels);
    }

    @Test
    void intervalsAreHalfOpenInFloat32() {
        check(
                false,
                new float[] {0.2999f, 0.3f, 0.6999f, 0.7f, 1f},
                1,
                new int[] {0, 0, 0, 0, 0},
                new int[] {0, -1, -1, 1, 1});
    }

    @Test
    void theLowestRowWinsTies() {
        check(
                false,
                new float[] {
                    0.4f, 0.8f, 0.1f,
                    0.4f, 0.9f, 0.2f,
                    0.4f, 0.9f, 0.2f
                },
                3,
                new int[] {0, 1, 1},
                new int[] {-1, 1, 0});
    }

    @Test
    void lowQualityLabelsAllBestOfARowButKeepsTheColumnsMatch() {
        check(
                true,
                new float[] {
                    0.2f, 0.2f, 0.1f,
                    0.9f, 0.1f, 0.1f
                },
                2,
                new int[] {1, 0, 0},
                new int[] {1, 1, 0});
    }

    @Test
    void aTruthThatTouchesNothingMakesEveryBoxPositive() {
        check(true, new float[] {0, 0, 0.5f, 0}, 2, new int[] {1, 0}, new int[] {1, 1});
    }

    @Test
    void noTruthGivesTheFirstLabel() {
        check(true, new float[0], 0, new int[] {0, 0, 0}, new int[] {0, 0, 0});
    }
}
