package soma.maskrcnn.ensemble;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.List;

/** The chain of the sartorius presets, by hand: thresholds 0.18, 0.38, 0.58; pixels 75, 150, 75. */
class PredictionChainTest {
    private static final List<String> PUBLISHED_SCRIPT =
            List.of(
                    "SOMA.POST.SCORE_THRESHOLD_CLASS=majority",
                    "SOMA.POST.MAJORITY_CLASS=False",
                    "SOMA.POST.MIN_PIXELS_CLASS=majority");

    /** Squares of 10 x 10 pixels at column {@code x} each, of a score and a class. */
    private static Instances squares(double[]... each) {
        float[] boxes = new float[4 * each.length];
        float[] scores = new float[each.length];
        int[] classes = new int[each.length];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < each.length; i++) {
            int x = (int) each[i][0];
            System.arraycopy(new float[] {x, 0, x + 10, 10}, 0, boxes, 4 * i, 4);
            scores[i] = (float) each[i][1];
            classes[i] = (int) each[i][2];
            masks.add(Rle.box(10, 100, x, 0, x + 10, 10));
        }
        return new Instances(10, 100, boxes, scores, classes, masks);
    }

    /** The first model: mostly class 0; the second: mostly class 2. */
    private static List<Instances> models() {
        return List.of(
                squares(
                        new double[] {0, 0.9, 0},
                        new double[] {20, 0.5, 0},
                        new double[] {40, 0.3, 2},
                        new double[] {60, 0.18, 0},
                        new double[] {80, 0.17, 0}),
                squares(
                        new double[] {2, 0.95, 0},
                        new double[] {28, 0.6, 2},
                        new double[] {40, 0.7, 2},
                        new double[] {60, 0.5, 2},
                        new double[] {80, 0.4, 1}));
    }

    private static PredictionChain chain(List<String> overrides) {
        return PredictionChain.from(Config.load("sartorius_r50", overrides), 2);
    }

    @Test
    void theDescribedChain() {
        // Thresholds leave 0.9, 0.5, 0.18 of class 0; and 0.95 of class 0, 0.6 and 0.7 of class 2,
        // 0.4 of class 1. Suppression takes 0.9 (IoU 0.8 > 0.4). Class 0 has three, class 2 two.
        Instances got = chain(List.of()).apply(models());
        assertArrayEquals(new float[] {0.95f, 0.5f, 0.18f}, got.scores());
        assertArrayEquals(new int[3], got.classes());
        assertEquals(List.of(100, 100, 100), got.masks().stream().map(Rle::area).toList());
    }

    @Test
    void thePublishedScript() {
        // 0.18 for all of the first model: 0.9, 0.5, 0.3, 0.18; 0.58 for all of the second: 0.95,
        // 0.6, 0.7. Suppression takes 0.9 and 0.3. Three of class 0 and two of class 2 stay: 75
        // pixels for all. 0.5 loses two of its ten columns to 0.6.
        Instances got = chain(PUBLISHED_SCRIPT).apply(models());
        assertArrayEquals(new float[] {0.95f, 0.7f, 0.6f, 0.5f, 0.18f}, got.scores());
        assertArrayEquals(new int[] {0, 2, 2, 0, 0}, got.classes());
        assertEquals(List.of(100, 100, 100, 80, 100), got.masks().stream().map(Rle::area).toList());
    }

    @Test
    void weightsAreOnePerModel() {
        Config config = Config.load("tiny", List.of("SOMA.ENSEMBLE.WEIGHTS=[1.0, 2.0, 3.0]"));
        SomaException e = assertThrows(SomaException.class, () -> PredictionChain.from(config, 2));
        assertEquals(
                "command line: SOMA.ENSEMBLE.WEIGHTS: expected none or 2 numbers, one per model,"
                        + " got [1.0, 2.0, 3.0]",
                e.getMessage());
    }
}
