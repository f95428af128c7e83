package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class MaskMatchingTest {
    private static final IouThreshold HALF = IouThreshold.parse("0.5");

    private static Rle run(int start, int length) {
        return Rle.fromRowRuns(1, 30, (start + 1) + " " + length);
    }

    /** Masks of a few pixels that often overlap among themselves. */
    private static List<Rle> masks(Random random, int count) {
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            masks.add(run(random.nextInt(12), 4 + random.nextInt(8)));
        }
        return masks;
    }

    @Test
    void isTheLargestThatTryingAllFinds() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            List<Rle> predicted = masks(random, random.nextInt(6));
            List<Rle> truths = masks(random, random.nextInt(6));
            int[] classes = random.ints(predicted.size(), 0, 2).toArray();
            int[] truthClasses = random.ints(truths.size(), 0, 2).toArray();
            MaskMatches matches =
                    MaskMatching.of(predicted, truths).at(HALF, classes, truthClasses);
            boolean[][] may = new boolean[predicted.size()][truths.size()];
            for (int p = 0; p < predicted.size(); p++) {
                for (int g = 0; g < truths.size(); g++) {
                    may[p][g] =
                            classes[p] == truthClasses[g]
                                    && predicted.get(p).iou(truths.get(g)) > 0.5;
                }
            }
            assertEquals(largest(may, 0, new boolean[truths.size()]), matches.count());
            for (int p = 0; p < predicted.size(); p++) {
                int g = matches.truthOf()[p];
                assertEquals(g >= 0, matches.isTrue(p));
                if (g >= 0) {
                    assertTrue(may[p][g] && matches.isFound(g));
                    assertEquals(p, matches.predictionOf()[g]);
                }
            }
        }
    }

    private static int largest(boolean[][] may, int p, boolean[] taken) {
        if (p == may.length) {
            return 0;
        }
        int best = largest(may, p + 1, taken);
        for (int g = 0; g < taken.length; g++) {
            if (may[p][g] && !taken[g]) {
                taken[g] = true;
                best = Math.max(best, 1 + largest(may, p + 1, taken));
                taken[g] = false;
            }
        }
        return best;
    }

    @Test
    void theFirstOfEqualPredictionsIsTheTrueOne() {
        MaskMatches matches =
                MaskMatching.of(List.of(run(0, 8), run(0, 10), run(20, 3)), List.of(run(0, 10)))
                        .at(HALF);
        assertArrayEquals(new int[] {0, -1, -1}, matches.truthOf());
        assertArrayEquals(new int[] {0}, matches.predictionOf());
    }

    /** 7/10 is not above 0.7, though the double nearest to 0.7 is below it. */
    @ParameterizedTest
    @CsvSource({"0.7, 0", "0.699999, 1", "0.70, 0", "7e-1, 0", "0, 1", "0.69, 1", "0.71, 0"})
    void theThresholdIsExact(String iou, int expected) {
        MaskMatching matching = MaskMatching.of(List.of(run(0, 7)), List.of(run(0, 10)));
        assertEquals(expected, matching.at(IouThreshold.parse(iou)).count());
    }

    @Test
    void masksApartNeverMatch() {
        MaskMatching matching = MaskMatching.of(List.of(run(0, 7)), List.of(run(7, 10)));
        assertEquals(0, matching.at(IouThreshold.parse("0")).count());
        assertEquals(0, MaskMatching.of(List.of(), List.of()).at(HALF).count());
    }

    @Test
    void thresholdsAreWrittenAsTheyAreRead() {
        assertEquals("0.5", HALF.toString());
        assertEquals("0", IouThreshold.parse("0").toString());
        assertEquals("0.123456", IouThreshold.parse("0.1234560").toString());
        assertEquals("0.75", IouThreshold.ofCompetition(5).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-0.1", "half", "", "NaN", "0.1234567", "1e-99999999"})
    void otherThresholdsAreRefused(String text) {
        String error =
                assertThrows(SomaException.class, () -> IouThreshold.parse(text)).getMessage();
        assertTrue(error.startsWith("IoU: expected a number from 0 to below 1"), error);
        assertTrue(error.endsWith("got " + text), error);
    }
}
