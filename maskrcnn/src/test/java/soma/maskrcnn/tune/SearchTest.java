package soma.maskrcnn.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.config.PostConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

class SearchTest {
    private static List<ScoredImage> images(TuningSet set) {
        return IntStream.range(0, set.found().size()).mapToObj(set::scored).toList();
    }

    /** All settings that differ on these images, but for overlaps of boxes between 0 and 1. */
    private static double bruteForce(Search search, List<ScoredImage> images) {
        List<Double> scores = new ArrayList<>(List.of(0.0));
        List<Integer> areas = new ArrayList<>(List.of(0));
        List<Double> overlaps = new ArrayList<>(List.of(0.0, 1.0));
        for (ScoredImage image : images) {
            for (int i = 0; i < image.found().size(); i++) {
                scores.add((double) image.found().scores()[i]);
            }
            for (double iou : image.boxOverlaps()) {
                overlaps.add(iou);
            }
        }
        for (int pixels = 1; pixels < 100; pixels += 1) {
            areas.add(pixels);
        }
        double best = 0;
        for (int switches = 0; switches < 16; switches++) {
            Settings settings = Settings.of(PostConfig.NONE, 1, 1);
            for (Switch step : Switch.values()) {
                settings = settings.with(step, (switches >> step.ordinal() & 1) == 1);
            }
            for (double score : scores) {
                for (double overlap : overlaps) {
                    for (int pixels : areas) {
                        Settings one =
                                settings.withThreshold(0, score)
                                        .withMinPixels(0, pixels)
                                        .withNms(overlap);
                        best = Math.max(best, search.score(one));
                    }
                }
            }
        }
        return best;
    }

    @Test
    void findsTheBestOfTinySets() {
        for (int seed = 0; seed < 4; seed++) {
            RandomScenes scenes = new RandomScenes(seed, 1);
            List<ScoredImage> images = images(scenes.set(2, 4, 5, 1));
            Search search = new Search(images, 1);
            Settings found = search.run(Settings.of(PostConfig.NONE, 1, 1), 1);
            assertEquals(bruteForce(search, images), search.score(found), 1e-9, "seed " + seed);
        }
    }

    @Test
    void isNeverWorseThanTheStart() {
        for (int seed = 0; seed < 3; seed++) {
            RandomScenes scenes = new RandomScenes(seed, 3);
            Search search = new Search(images(scenes.set(5, 6, 10, 2)), 3);
            Settings start = scenes.settings();
            assertTrue(search.score(search.run(start, 1)) >= search.score(start));
        }
    }

    @Test
    void oneSeedGivesOneResult() {
        Settings[] found = new Settings[2];
        for (int k = 0; k < 2; k++) {
            RandomScenes scenes = new RandomScenes(3, 2);
            Search search = new Search(images(scenes.set(6, 6, 10, 1)), 2);
            found[k] = search.run(Settings.of(PostConfig.NONE, 2, 1), 7);
        }
        assertEquals(found[0], found[1]);
    }

    /** Limits of a class that is nowhere are not to be made up. */
    @Test
    void leavesClassesWithoutDetectionsAlone() {
        RandomScenes scenes = new RandomScenes(5, 2);
        List<ScoredImage> images = images(scenes.set(4, 5, 8, 1));
        Settings start =
                Settings.of(PostConfig.NONE, 3, 1).withThreshold(2, 0.35).withMinPixels(2, 12);
        Settings found = new Search(images, 3).run(start, 1);
        assertEquals(0.35, found.threshold(2));
        assertEquals(12, found.minPixels(2));
    }
}
