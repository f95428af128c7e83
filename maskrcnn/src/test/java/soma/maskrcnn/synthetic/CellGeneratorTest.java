package soma.maskrcnn.synthetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Rle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

class CellGeneratorTest {
    private static final SceneSettings SMALL = SceneSettings.DEFAULT.withSize(160, 192);

    /** The drawing is part of the demo's promise: the same bytes on every machine. */
    @ParameterizedTest
    @CsvSource({"SHSY5Y, f72c69814627c13c", "ASTRO, e0226d7721728375", "CORT, 0c9b69562c035314"})
    void theBytesOfASeedStay(CellKind kind, String expected) {
        CellScene scene = new CellGenerator(SceneSettings.DEFAULT).generate(kind, 20240601L);
        assertEquals(expected, digest(scene));
    }

    @Test
    void seedsDecide() {
        CellGenerator generator = new CellGenerator(SMALL);
        String first = digest(generator.generate(CellKind.CORT, 1));
        assertEquals(first, digest(new CellGenerator(SMALL).generate(CellKind.CORT, 1)));
        assertNotEquals(first, digest(generator.generate(CellKind.CORT, 2)));
        Set<CellKind> kinds = EnumSet.noneOf(CellKind.class);
        for (long seed = -3; seed < 3; seed++) {
            kinds.add(generator.generate(seed).kind());
        }
        assertEquals(EnumSet.allOf(CellKind.class), kinds);
    }

    @ParameterizedTest
    @EnumSource(CellKind.class)
    void twelveToEightyCellsThatShow(CellKind kind) {
        CellGenerator generator = new CellGenerator(SceneSettings.DEFAULT);
        for (long seed = 0; seed < 8; seed++) {
            CellScene scene = generator.generate(kind, seed);
            assertEquals(kind, scene.kind());
            assertTrue(scene.cells().size() >= 12 && scene.cells().size() <= 80);
            assertTrue(scene.cells().stream().allMatch(cell -> cell.kind() == kind));
            checkMasks(scene, 30);
            double mean = mean(scene.image());
            assertTrue(mean > 118 && mean < 138, "mean " + mean);
            assertTrue(contrast(scene) > 3, "cells don't differ from the background");
        }
    }

    @Test
    void cellsOverlapButDoNotHideEachOther() {
        CellGenerator generator = new CellGenerator(SceneSettings.DEFAULT);
        int pairs = 0;
        for (long seed = 0; seed < 12; seed++) {
            List<SyntheticCell> cells = generator.generate(seed).cells();
            for (int i = 0; i < cells.size(); i++) {
                for (int j = 0; j < i; j++) {
                    Rle one = cells.get(i).mask();
                    Rle other = cells.get(j).mask();
                    int shared = one.intersectionArea(other);
                    pairs += shared > 0 ? 1 : 0;
                    assertTrue(
                            shared <= 0.7 * Math.min(one.area(), other.area()),
                            "one hides another");
                }
            }
        }
        assertTrue(pairs > 10, "only " + pairs + " overlapping pairs");
    }

    @Test
    void mixturesHaveAllKinds() {
        CellGenerator generator =
                new CellGenerator(SceneSettings.DEFAULT.withDominance(0).withCells(30, 40));
        Set<CellKind> kinds = EnumSet.noneOf(CellKind.class);
        generator.generate(CellKind.CORT, 4).cells().forEach(cell -> kinds.add(cell.kind()));
        assertEquals(EnumSet.allOf(CellKind.class), kinds);
    }

    @Property(tries = 25)
    void anySizeGivesTheNumberAskedFor(
            @ForAll @IntRange(min = 16, max = 130) int height,
            @ForAll @IntRange(min = 16, max = 130) int width,
            @ForAll @IntRange(min = 1, max = 20) int fewest,
            @ForAll @IntRange(min = 0, max = 30) int more,
            @ForAll long seed) {
        SceneSettings settings =
                SceneSettings.DEFAULT.withSize(height, width).withCells(fewest, fewest + more);
        CellScene scene = new CellGenerator(settings).generate(seed);
        assertEquals(height, scene.image().height());
        assertEquals(width, scene.image().width());
        assertTrue(scene.cells().size() >= fewest && scene.cells().size() <= fewest + more);
        checkMasks(scene, 1);
    }

    @Test
    void cellScaleEnlargesCells() {
        double small = meanArea(SceneSettings.DEFAULT.withCellScale(0.5));
        double large = meanArea(SceneSettings.DEFAULT.withSize(512, 640).withCellScale(2));
        assertTrue(large > 8 * small, small + " and " + large);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> SMALL.withSize(4, 100));
        assertThrows(IllegalArgumentException.class, () -> SMALL.withCells(5, 4));
        assertThrows(IllegalArgumentException.class, () -> SMALL.withDominance(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> SMALL.withCellScale(0));
    }

    private static double meanArea(SceneSettings settings) {
        return new CellGenerator(settings)
                .generate(CellKind.CORT, 3).cells().stream()
                        .mapToInt(cell -> cell.mask().area())
                        .average()
                        .orElseThrow();
    }

    private static void checkMasks(CellScene scene, int leastArea) {
        for (SyntheticCell cell : scene.cells()) {
            assertFalse(cell.mask().isEmpty());
            assertTrue(cell.mask().area() >= leastArea, "area " + cell.mask().area());
            assertEquals(scene.image().height(), cell.mask().height());
            assertEquals(scene.image().width(), cell.mask().width());
        }
    }

    private static double mean(Image8 image) {
        long sum = 0;
        for (byte pixel : image.pixels()) {
            sum += pixel & 0xff;
        }
        return (double) sum / image.pixels().length;
    }

    /** How much darker the mean pixel of the cells is than the mean pixel outside. */
    private static double contrast(CellScene scene) {
        byte[] union = Rle.union(scene.cells().stream().map(SyntheticCell::mask).toList()).decode();
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int i = 0; i < union.length; i++) {
            sums[union[i]] += scene.image().pixels()[i] & 0xff;
            counts[union[i]]++;
        }
        return sums[0] / counts[0] - sums[1] / counts[1];
    }

    private static String digest(CellScene scene) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(scene.image().pixels());
            for (SyntheticCell cell : scene.cells()) {
                String text = cell.kind() + cell.mask().toCocoString();
                sha.update(text.getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(sha.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
