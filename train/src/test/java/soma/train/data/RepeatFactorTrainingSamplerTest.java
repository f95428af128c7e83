package soma.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

final class RepeatFactorTrainingSamplerTest {
    private static ImageRecord image(int id, int... classes) {
        Rle mask = Rle.box(4, 4, 0, 0, 2, 2);
        List<Annotation> objects =
                Arrays.stream(classes)
                        .mapToObj(
                                c ->
                                        new Annotation(
                                                1,
                                                c,
                                                mask.bbox(),
                                                false,
                                                new Segmentation.OfRle(mask),
                                                mask.area()))
                        .toList();
        return new ImageRecord("" + id, Path.of(id + ".png"), 4, 4, objects);
    }

    /** Class 0 is on 8 images of 10, class 1 on 2 of them (one with both), class 2 on 1. */
    private static List<ImageRecord> images() {
        List<ImageRecord> images = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            images.add(image(i, 0, 0, 0));
        }
        images.add(image(7, 0, 1, 1));
        images.add(image(8, 1, 2));
        images.add(image(9));
        return images;
    }

    @Test
    void factorsFollowTheFormulas() {
        float rare = (float) Math.sqrt(5);
        assertArrayEquals(
                new float[] {1, 1, 1, 1, 1, 1, 1, (float) Math.sqrt(2.5), rare, 1},
                RepeatFactors.of(images(), 0.5, true));
        assertArrayEquals(
                new float[] {1, 1, 1, 1, 1, 1, 1, 2.5f, 5, 1},
                RepeatFactors.of(images(), 0.5, false));
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, factors(0));
        assertEquals(1.0f, factors(0.2)[7], "a share of just the threshold");
        assertEquals((float) Math.sqrt(2), factors(0.2)[8]);
    }

    private static float[] factors(double threshold) {
        return RepeatFactors.of(images(), threshold, true);
    }

    private static RepeatFactorTrainingSampler sampler(long seed, float... factors) {
        return new RepeatFactorTrainingSampler(factors, new RandomStreams(seed));
    }

    private static List<Integer> take(ImageSampler sampler, int count) {
        return LongStream.range(0, count).mapToObj(sampler::at).toList();
    }

    @Test
    void wholeFactorsGiveEpochsOfAllOftenEnough() {
        List<Integer> sequence = take(sampler(3, 1, 2, 3), 60);
        for (int epoch = 0; epoch < 10; epoch++) {
            List<Integer> part = sequence.subList(6 * epoch, 6 * epoch + 6);
            assertEquals(List.of(0, 1, 1, 2, 2, 2), part.stream().sorted().toList());
        }
        assertNotEquals(sequence.subList(0, 30), sequence.subList(30, 60));
    }

    @Test
    void fractionsAreProbabilitiesOfOneMore() {
        List<Integer> sequence = take(sampler(4, 1, 2.25f, 3), 50_000);
        int epochs = Collections.frequency(sequence, 0);
        assertEquals(3 * epochs, Collections.frequency(sequence, 2), 3, "an epoch may be cut");
        // Binomial: a quarter of the epochs have one more.
        double deviation = Math.sqrt(epochs * 0.25 * 0.75);
        assertEquals(2.25 * epochs, Collections.frequency(sequence, 1), 4 * deviation + 3);
    }

    @Test
    void aPositionIsIndependentOfWhatWasAskedBefore() {
        List<Integer> order = take(sampler(5, 1, 1.5f, 2.7f, 1), 100);
        RepeatFactorTrainingSampler backward = sampler(5, 1, 1.5f, 2.7f, 1);
        for (int i = 99; i >= 0; i--) {
            assertEquals(order.get(i), backward.at(i), "position " + i);
        }
        assertNotEquals(order, take(sampler(6, 1, 1.5f, 2.7f, 1), 100));
    }

    @Test
    void factorsBelowOneAreAnError() {
        assertThrows(IllegalArgumentException.class, () -> sampler(1));
        assertThrows(IllegalArgumentException.class, () -> sampler(1, 0.5f));
        assertThrows(IllegalArgumentException.class, () -> sampler(1, Float.NaN));
    }
}
