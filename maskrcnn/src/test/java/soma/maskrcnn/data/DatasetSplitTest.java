package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class DatasetSplitTest {
    /** Images of class 0, 1, 2 (one object each) and without objects, in the numbers given. */
    private static Dataset dataset(int... perClass) {
        List<ImageRecord> images = new ArrayList<>();
        for (int c = 0; c < perClass.length; c++) {
            for (int i = 0; i < perClass[c]; i++) {
                Rle mask = Rle.box(4, 4, 0, 0, 2, 2);
                Annotation object =
                        new Annotation(
                                1,
                                c,
                                mask.bbox(),
                                false,
                                new Segmentation.OfRle(mask),
                                mask.area());
                images.add(
                        new ImageRecord(
                                c + "-" + i,
                                Path.of("none"),
                                4,
                                4,
                                c == 3 ? List.of() : List.of(object)));
            }
        }
        List<Category> categories =
                List.of(new Category(1, "a"), new Category(2, "b"), new Category(3, "c"));
        return new Dataset(
                Path.of("test"),
                DatasetFormat.COCO,
                images,
                categories,
                false,
                Set.of(),
                DatasetReport.CLEAN);
    }

    private static long count(Dataset dataset, int category) {
        return dataset.images().stream().filter(i -> i.majorityCategory() == category).count();
    }

    @Test
    void fractionsKeepTheClassesInProportion() {
        Dataset all = dataset(40, 20, 10, 10);
        DatasetSplit split = DatasetSplit.byFraction(all, 0.2, 7);
        assertEquals(16, split.validation().images().size());
        assertEquals(64, split.training().images().size());
        assertEquals(8, count(split.validation(), 0));
        assertEquals(4, count(split.validation(), 1));
        assertEquals(2, count(split.validation(), 2));
        assertEquals(2, count(split.validation(), -1));
        assertEquals(split, DatasetSplit.byFraction(all, 0.2, 7));
        assertNotEquals(split, DatasetSplit.byFraction(all, 0.2, 8));
        assertEquals(1, DatasetSplit.byFraction(all, 1e-9, 7).validation().images().size());
        assertEquals(1, DatasetSplit.byFraction(all, 0.9999, 7).training().images().size());
    }

    @Test
    void foldsAreDisjointAndCoverEverything() {
        Dataset all = dataset(13, 7, 5, 2);
        Set<String> seen = new HashSet<>();
        for (int k = 1; k <= 5; k++) {
            DatasetSplit split = DatasetSplit.byFold(all, k, 5, 3);
            List<String> held = split.validation().images().stream().map(ImageRecord::id).toList();
            assertTrue(Collections.disjoint(seen, held));
            seen.addAll(held);
            assertEquals(27, held.size() + split.training().images().size());
            assertTrue(held.size() == 5 || held.size() == 6);
            assertEquals(1, count(split.validation(), 2));
            assertTrue(count(split.validation(), 0) >= 2);
        }
        assertEquals(27, seen.size());
    }

    /** However many folds, each has its share of every class, to one image. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7, 10})
    void foldsHaveEveryClassInProportion(int n) {
        Dataset all = dataset(31, 17, 12, 5);
        for (long seed = 0; seed < 5; seed++) {
            List<String> ids = new ArrayList<>();
            for (int k = 1; k <= n; k++) {
                DatasetSplit split = DatasetSplit.byFold(all, k, n, seed);
                assertEquals(split, DatasetSplit.byFold(all, k, n, seed));
                for (int category : new int[] {0, 1, 2, -1}) {
                    double share = (double) count(all, category) / n;
                    assertEquals(share, count(split.validation(), category), 1 - 1e-9);
                    assertEquals(
                            count(all, category),
                            count(split.training(), category)
                                    + count(split.validation(), category));
                }
                split.validation().images().forEach(image -> ids.add(image.id()));
            }
            assertEquals(all.images().size(), ids.size());
            assertEquals(all.images().size(), Set.copyOf(ids).size());
        }
        assertNotEquals(DatasetSplit.byFold(all, 1, n, 0), DatasetSplit.byFold(all, 1, n, 1));
    }

    @Test
    void refusesWhatCannotBeCut() {
        Dataset all = dataset(3);
        for (double fraction : new double[] {0, 1, -1, Double.NaN}) {
            assertThrows(SomaException.class, () -> DatasetSplit.byFraction(all, fraction, 0));
        }
        assertThrows(SomaException.class, () -> DatasetSplit.byFold(all, 0, 3, 0));
        assertThrows(SomaException.class, () -> DatasetSplit.byFold(all, 4, 3, 0));
        assertThrows(SomaException.class, () -> DatasetSplit.byFold(all, 1, 4, 0));
        assertThrows(SomaException.class, () -> DatasetSplit.byFraction(dataset(1), 0.5, 0));
    }
}
