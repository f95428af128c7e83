package soma.maskrcnn.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

class LineSearchTest {
    private static final int CASES = 40;

    private static double sum(List<ScoredImage> images, Settings settings) {
        return images.stream().mapToDouble(i -> i.score(settings).score()).sum();
    }

    private static List<ScoredImage> images(TuningSet set) {
        return IntStream.range(0, set.found().size()).mapToObj(set::scored).toList();
    }

    /** Compares with the best of {@code places}, which leave out no stretch of the axis. */
    private static boolean reachesTheBest(
            List<ScoredImage> images, Settings start, Axis axis, DoubleStream places) {
        double best = places.map(p -> sum(images, axis.at(start, p))).max().orElseThrow();
        double before = sum(images, start);
        double found = sum(images, LineSearch.best(images, start, axis));
        assertEquals(Math.max(best, before), found, 1e-9);
        return found > before + 1e-9;
    }

    @Test
    void findsTheBestThreshold() {
        int better = 0;
        for (int seed = 0; seed < CASES; seed++) {
            RandomScenes scenes = new RandomScenes(seed, 2);
            List<ScoredImage> images = images(scenes.set(4, 5, 10, 1));
            DoubleStream scores =
                    images.stream()
                            .flatMapToDouble(
                                    i ->
                                            IntStream.range(0, i.found().size())
                                                    .mapToDouble(k -> i.found().scores()[k]));
            DoubleStream places = DoubleStream.concat(scores, DoubleStream.of(0, 1));
            Settings start = scenes.settings();
            better += reachesTheBest(images, start, new Axis.Threshold(1), places) ? 1 : 0;
        }
        assertTrue(better > CASES / 4, better + " of " + CASES);
    }

    @Test
    void findsTheBestFewestPixels() {
        int better = 0;
        for (int seed = 0; seed < CASES; seed++) {
            RandomScenes scenes = new RandomScenes(seed, 2);
            List<ScoredImage> images = images(scenes.set(4, 5, 10, 1));
            Axis axis = new Axis.MinPixels(0, 577);
            DoubleStream places = IntStream.rangeClosed(0, 577).asDoubleStream();
            better += reachesTheBest(images, scenes.settings(), axis, places) ? 1 : 0;
        }
        assertTrue(better > CASES / 4, better + " of " + CASES);
    }

    @Test
    void findsTheBestOverlap() {
        int better = 0;
        for (int seed = 0; seed < CASES; seed++) {
            RandomScenes scenes = new RandomScenes(seed, 2);
            List<ScoredImage> images = images(scenes.set(4, 5, 10, 2));
            DoubleStream overlaps =
                    images.stream().flatMapToDouble(i -> DoubleStream.of(i.boxOverlaps()));
            DoubleStream places = DoubleStream.concat(overlaps, DoubleStream.of(0, 1));
            Settings start = scenes.settings();
            better += reachesTheBest(images, start, new Axis.Nms(), places) ? 1 : 0;
        }
        assertTrue(better > CASES / 4, better + " of " + CASES);
    }

    @ParameterizedTest
    @CsvSource({
        "0.17632, 0.18411, 0.18",
        "0.1, 0.9, 0.5",
        "0.12, 0.2, 0.2",
        "0.501, 0.502, 0.502",
        "63, 64, 64",
        "63, 81, 70",
        "812, 3100, 2000",
        "0.30000001, 0.300000011, 0.300000011",
    })
    void takesRoundNumbers(double low, double high, double expected) {
        assertEquals(expected, RoundNumber.within(low, high));
    }

    /** Neighbours in float32 leave only the upper one between them. */
    @Test
    void keepsThresholdsApartInFloat32() {
        float low = 0.3f;
        float high = Math.nextUp(low);
        double place = new Axis.Threshold(0).between(low, high);
        assertEquals(high, (float) place);
    }
}
