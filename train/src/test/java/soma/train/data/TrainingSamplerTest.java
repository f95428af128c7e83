package soma.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.data.ImageRecord;
import soma.nn.RandomStreams;
import soma.train.data.BatchSampler.Pick;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

final class TrainingSamplerTest {
    private static TrainingSampler sampler(int images, long seed) {
        return new TrainingSampler(images, new RandomStreams(seed));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100})
    void everyEpochIsAPermutation(int images) {
        TrainingSampler sampler = sampler(images, 3);
        List<Integer> all = IntStream.range(0, images).boxed().toList();
        for (int epoch = 0; epoch < 3; epoch++) {
            long first = (long) epoch * images;
            assertEquals(
                    all,
                    LongStream.range(first, first + images)
                            .mapToObj(sampler::at)
                            .sorted()
                            .toList());
        }
    }

    @Test
    void aPositionIsIndependentOfWhatWasAskedBefore() {
        TrainingSampler forward = sampler(13, 5);
        List<Integer> order = LongStream.range(0, 60).mapToObj(forward::at).toList();
        TrainingSampler backward = sampler(13, 5);
        for (int i = 59; i >= 0; i--) {
            assertEquals(order.get(i), backward.at(i), "position " + i);
        }
        TrainingSampler other = sampler(13, 6);
        assertNotEquals(order, LongStream.range(0, 60).mapToObj(other::at).toList());
        assertNotEquals(order.subList(0, 13), order.subList(13, 26));
    }

    @Test
    void noImagesIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> sampler(0, 1));
    }

    private static List<ImageRecord> images() {
        List<ImageRecord> images = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            // Wide, tall and square ones; a square counts as tall.
            int width = 10 + i % 3;
            images.add(new ImageRecord("" + i, Path.of(i + ".png"), 11, width, List.of()));
        }
        return images;
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, true", "4, false"})
    void batchesFollowTheNaiveRule(int size, boolean grouped) {
        List<ImageRecord> images = images();
        BatchSampler batches = new BatchSampler(images, sampler(11, 2), size, grouped);
        TrainingSampler sequence = sampler(11, 2);
        List<List<Integer>> waiting = List.of(new ArrayList<>(), new ArrayList<>());
        for (long position = 0; position < 100; position++) {
            int image = sequence.at(position);
            ImageRecord r = images.get(image);
            List<Integer> bucket = waiting.get(grouped && r.width() <= r.height() ? 1 : 0);
            bucket.add(image);
            if (bucket.size() == size) {
                List<Pick> batch = batches.next();
                assertEquals(
                        bucket, batch.stream().map(p -> Integer.valueOf(p.image().id())).toList());
                assertEquals(position, batch.getLast().position());
                assertEquals(position + 1, batches.position());
                bucket.clear();
            }
        }
    }

    @Test
    void skippingEqualsTaking() {
        BatchSampler taken = new BatchSampler(images(), sampler(11, 2), 3, true);
        for (int i = 0; i < 17; i++) {
            taken.next();
        }
        BatchSampler skipped = new BatchSampler(images(), sampler(11, 2), 3, true);
        skipped.skip(17);
        assertEquals(taken.position(), skipped.position());
        assertEquals(taken.next(), skipped.next());
    }
}
