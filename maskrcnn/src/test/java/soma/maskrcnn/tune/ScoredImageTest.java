package soma.maskrcnn.tune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

class ScoredImageTest {
    /** The chain and the score themselves, one settings after another on the same image. */
    @Test
    void isTheChainAndItsScore() {
        int removed = 0;
        int matched = 0;
        for (int models = 1; models <= 2; models++) {
            for (int seed = 0; seed < 40; seed++) {
                RandomScenes scenes = new RandomScenes(seed, 3);
                TuningSet set = scenes.set(1, 6, 12, models);
                ScoredImage image = set.scored(0);
                List<Rle> truths =
                        set.dataset().images().getFirst().annotations().stream()
                                .map(a -> a.segmentation().toRle(24, 24))
                                .toList();
                for (int k = 0; k < 30; k++) {
                    Settings settings = scenes.settings();
                    List<Rle> masks = set.masks(0, settings);
                    List<Rle> fast =
                            Arrays.stream(image.apply(settings))
                                    .filter(Objects::nonNull)
                                    .map(Remainder::mask)
                                    .toList();
                    assertEquals(masks, fast, settings::toString);
                    ImageScore expected = CompetitionScore.ofImage(masks, truths);
                    ImageScore score = image.score(settings);
                    assertArrayEquals(expected.truePositives(), score.truePositives());
                    assertEquals(expected.predicted(), score.predicted());
                    assertEquals(expected.truths(), score.truths());
                    matched += score.truePositives()[0];
                    removed += image.found().size() - masks.size();
                }
            }
        }
        assertTrue(matched > 500 && removed > 5000, matched + " matched, " + removed + " removed");
    }

    @Test
    void knowsTheSmallestMask() {
        for (int seed = 0; seed < 40; seed++) {
            RandomScenes scenes = new RandomScenes(seed, 2);
            TuningSet set = scenes.set(1, 3, 8, 1);
            Settings settings = scenes.settings();
            ScoredImage image = set.scored(0);
            List<Integer> areas = new ArrayList<>();
            Remainder[] left = image.apply(settings);
            for (int i = 0; i < left.length; i++) {
                if (left[i] != null && image.found().classes()[i] == 1) {
                    areas.add(left[i].area());
                }
            }
            assertEquals(
                    areas.stream().min(Integer::compare).orElse(-1), image.smallest(settings, 1));
        }
    }
}
