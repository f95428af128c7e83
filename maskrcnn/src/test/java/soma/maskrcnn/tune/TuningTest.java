package soma.maskrcnn.tune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetSplit;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.maskrcnn.synthetic.SyntheticPredictions;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

class TuningTest {
    private static Tuning tuned(TuningSet set, Settings start, int folds) {
        return Tuning.of(set, start, folds, 3, (done, total, score) -> {});
    }

    private static TuningSet part(TuningSet set, List<Integer> images) {
        Dataset all = set.dataset();
        return new TuningSet(
                all.withImages(images.stream().map(all.images()::get).toList()),
                images.stream().map(set.found()::get).toList());
    }

    /** Each image's held-out score, found again from the images of the other folds alone. */
    @Test
    void scoresEachImageWithSettingsOfTheOthers() {
        TuningSet set = new RandomScenes(11, 2).set(9, 5, 8, 1);
        Settings start = Settings.of(PostConfig.NONE, 2, 1);
        Tuning tuning = tuned(set, start, 3);
        List<ImageRecord> images = set.dataset().images();
        Set<Integer> seen = new HashSet<>();
        for (int fold = 1; fold <= 3; fold++) {
            Set<ImageRecord> held =
                    Set.copyOf(
                            DatasetSplit.byFold(set.dataset(), fold, 3, 3).validation().images());
            List<Integer> inside = new ArrayList<>();
            List<Integer> outside = new ArrayList<>();
            IntStream.range(0, 9)
                    .forEach(i -> (held.contains(images.get(i)) ? inside : outside).add(i));
            TuningSet others = part(set, outside);
            List<ScoredImage> scored =
                    IntStream.range(0, outside.size()).mapToObj(others::scored).toList();
            Settings found = new Search(scored, 2).run(start, 3);
            assertEquals(found, tuning.folds().get(fold - 1));
            for (int i : inside) {
                assertTrue(seen.add(i));
                assertEquals(found, tuning.withoutImage(i));
                CompetitionScore alone =
                        CompetitionScore.of(
                                set.dataset().withImages(List.of(images.get(i))),
                                Map.of(images.get(i).id(), set.masks(i, found)));
                assertEquals(alone.score(), tuning.heldOut()[i], 1e-12);
            }
        }
        assertEquals(9, seen.size());
    }

    @Test
    void givesTheSameResultAgain() {
        Settings start = Settings.of(PostConfig.NONE, 2, 1);
        Tuning first = tuned(new RandomScenes(1, 2).set(6, 5, 8, 2), start, 2);
        Tuning second = tuned(new RandomScenes(1, 2).set(6, 5, 8, 2), start, 2);
        assertEquals(first.best(), second.best());
        assertEquals(first.folds(), second.folds());
        assertArrayEquals(first.heldOut(), second.heldOut());
        assertEquals(first.gainHeldOut(), second.gainHeldOut());
    }

    /** Predictions whose scores tell which are right: worth tuning, for other images, too. */
    @Test
    void gainsOnPredictionsOfAModel(@TempDir Path folder) {
        SceneSettings size = SceneSettings.DEFAULT.withSize(160, 200).withCells(10, 20);
        Dataset dataset = SyntheticDataset.write(folder, 24, 1, size);
        CocoResults results = SyntheticPredictions.of(dataset, 1);
        TuningSet set = TuningSet.of(dataset, List.of(StoredPredictions.of(folder, results)));
        Tuning tuning = tuned(set, Settings.of(PostConfig.NONE, 3, 1), 3);
        assertTrue(tuning.gainHeldOut().mean() > 0.02, tuning.gainHeldOut()::toString);
        assertFalse(tuning.mayBeChance());
        assertFalse(tuning.overfits());
        double search =
                new Search(IntStream.range(0, 24).mapToObj(set::scored).toList(), 3)
                        .score(tuning.best());
        assertEquals(search, tuning.after().score(), 1e-12);
        double[] before =
                tuning.before().perImage().values().stream()
                        .mapToDouble(ImageScore::score)
                        .toArray();
        double sum = 0;
        for (int i = 0; i < before.length; i++) {
            sum += tuning.heldOut()[i] - before[i];
        }
        assertEquals(sum / 24, tuning.gainHeldOut().mean(), 1e-12);
    }

    /** From what is best for many images, few images gain, but other ones hardly do. */
    @Test
    void warnsWhereOnlyNoiseIsFitted() {
        TuningSet many = new RandomScenes(100, 1).set(60, 5, 8, 1);
        Settings best =
                new Search(IntStream.range(0, 60).mapToObj(many::scored).toList(), 1)
                        .run(Settings.of(PostConfig.NONE, 1, 1), 1);
        for (int seed = 0; seed < 3; seed++) {
            Tuning tuning = tuned(new RandomScenes(seed, 1).set(8, 5, 8, 1), best, 4);
            assertTrue(tuning.gain().mean() > 0, tuning.gain()::toString);
            assertTrue(tuning.mayBeChance(), tuning.gainHeldOut()::toString);
        }
    }

    @Test
    void comparesTheGains() {
        Settings settings = Settings.of(PostConfig.NONE, 1, 1);
        // In each image 1 of 2 objects is found, then both.
        CompetitionScore before = score(1);
        CompetitionScore after = score(2);
        for (double heldOut : new double[] {0.4, 0.5, 0.7, 0.8}) {
            double[] scores = {heldOut, heldOut, heldOut};
            Tuning tuning =
                    new Tuning(settings, settings, List.of(), before, after, new int[0], scores, 1);
            assertEquals(0.5, tuning.gain().mean(), 1e-12);
            assertEquals(heldOut - 0.5, tuning.gainHeldOut().mean(), 1e-12);
            assertEquals(heldOut <= 0.5, tuning.mayBeChance());
            assertEquals(heldOut < 0.75, tuning.overfits());
        }
    }

    private static CompetitionScore score(int found) {
        int[] matches = new int[ImageScore.THRESHOLDS];
        Arrays.fill(matches, found);
        Map<String, ImageScore> images = new HashMap<>();
        for (int i = 0; i < 3; i++) {
            images.put("image" + i, new ImageScore(matches, found, 2));
        }
        return new CompetitionScore(found / 2.0, new double[0], images, Map.of());
    }

    @Test
    void wantsAnImageForEachFold() {
        TuningSet set = new RandomScenes(1, 2).set(4, 3, 4, 1);
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> tuned(set, Settings.of(PostConfig.NONE, 2, 1), 5));
        assertEquals("folds: expected from 2 to the number of images, 4, got 5", e.getMessage());
    }
}
