package soma.maskrcnn.post;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.config.PostConfig.LimitClass;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

class PostProcessingTest {
    /** Three objects of classes 1, 0, 1: a ring, a square over it, and a small one apart. */
    private static Instances three() {
        Rle ring = Rle.box(9, 9, 0, 0, 5, 5).subtract(Rle.box(9, 9, 1, 1, 4, 4));
        Rle square = Rle.box(9, 9, 2, 0, 3, 9);
        Rle small = Rle.box(9, 9, 7, 7, 9, 8);
        return new Instances(
                9,
                9,
                new float[] {0, 0, 5, 5, 2, 0, 3, 9, 7, 7, 9, 8},
                new float[] {0.75f, 0.5f, 0.25f},
                new int[] {1, 0, 1},
                List.of(ring, square, small));
    }

    @ParameterizedTest
    @CsvSource({
        // thresholds, min pixels, majority, overlaps, holes, parts: areas that are left
        "'', '', false, false, false, false, '16 9 2'",
        "'0.5 0.26', '', false, false, false, false, '16 9'",
        "'0.51 0.25', '', false, false, false, false, '16 2'",
        "'', '', true, false, false, false, '16 2'",
        "'', '9 3', false, false, false, false, '16 9'",
        "'', '10 2', false, false, false, false, '16 2'",
        "'', '', false, false, true, false, '25 9 2'",
        "'', '', false, true, false, false, '16 7 2'",
        "'', '8 1', false, true, false, false, '16 2'",
        "'', '', false, true, true, false, '25 4 2'",
        "'', '', false, true, false, true, '16 4 2'",
        "'1 1', '', true, true, true, true, ''",
    })
    void stepsLeave(
            String thresholds,
            String minPixels,
            boolean majority,
            boolean overlaps,
            boolean holes,
            boolean parts,
            String areas) {
        PostConfig config =
                new PostConfig(
                        words(thresholds).map(Double::valueOf).toList(),
                        words(minPixels).map(Integer::valueOf).toList(),
                        majority,
                        overlaps,
                        holes,
                        parts);
        Instances left = PostProcessing.from(config).apply(three());
        assertEquals(
                words(areas).map(Integer::valueOf).toList(),
                left.masks().stream().map(Rle::area).toList());
        assertEquals(left.size(), left.boxes().length / 4);
    }

    private static java.util.stream.Stream<String> words(String text) {
        return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty());
    }

    /** Two of three objects are of class 1. */
    @ParameterizedTest
    @CsvSource({
        // thresholds, their class, min pixels, their class, overlaps: areas that are left
        "'0 0.5', own, '', own, false, '16 9'",
        "'0 0.5', majority, '', own, false, '16 9'",
        "'0.6 0.25', own, '', own, false, '16 2'",
        "'0.6 0.25', majority, '', own, false, '16 9 2'",
        "'0.1 0.6', majority, '', own, false, '16'",
        "'', own, '10 2', own, false, '16 2'",
        "'', own, '10 2', majority, false, '16 9 2'",
        "'', own, '0 10', majority, false, '16'",
        "'', own, '8 2', own, true, '16 2'",
        "'', own, '8 2', majority, true, '16 7 2'",
        "'', own, '0 3', majority, true, '16 7'",
    })
    void theMajoritysLimitsHoldForAll(
            String thresholds,
            String thresholdClass,
            String minPixels,
            String minPixelsClass,
            boolean overlaps,
            String areas) {
        PostConfig config =
                new PostConfig(
                        words(thresholds).map(Double::valueOf).toList(),
                        LimitClass.valueOf(thresholdClass.toUpperCase(Locale.ROOT)),
                        words(minPixels).map(Integer::valueOf).toList(),
                        LimitClass.valueOf(minPixelsClass.toUpperCase(Locale.ROOT)),
                        false,
                        overlaps,
                        false,
                        false);
        Instances left = PostProcessing.from(config).apply(three());
        assertEquals(
                words(areas).map(Integer::valueOf).toList(),
                left.masks().stream().map(Rle::area).toList());
    }

    /** The nearest float32 to 0.18 lies above it, the nearest to 0.58 below. */
    @Test
    void thresholdsAreComparedInFloat32() {
        PostConfig config =
                new PostConfig(List.of(0.18, 0.58), List.of(), false, false, false, false);
        Rle pixel = Rle.box(9, 9, 0, 0, 1, 1);
        float[] scores = {0.58f, Math.nextDown(0.58f), 0.18f, Math.nextDown(0.18f)};
        Instances found =
                new Instances(
                        9,
                        9,
                        new float[16],
                        scores,
                        new int[] {1, 1, 0, 0},
                        List.of(pixel, pixel, pixel, pixel));
        assertArrayEquals(
                new float[] {0.58f, 0.18f}, PostProcessing.from(config).apply(found).scores());
    }

    @Test
    void nothingIsConfiguredAndNothingChanges() {
        Instances before = three();
        assertEquals(before, PostProcessing.from(PostConfig.NONE).apply(before));
    }

    @Test
    void nothingLeavesNothing() {
        PostConfig all = new PostConfig(List.of(0.3), List.of(9), true, true, true, true);
        assertEquals(0, PostProcessing.from(all).apply(three().select(new int[0])).size());
    }
}
