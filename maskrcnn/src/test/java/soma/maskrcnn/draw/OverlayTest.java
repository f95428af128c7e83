package soma.maskrcnn.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class OverlayTest {
    private static final OverlayStyle BARE = new OverlayStyle(1, 0.5, 0, 0);

    @Test
    void noObjectsLeaveTheImage() {
        Image8 image = gray(20, 30, 77);
        assertArrayEquals(image.toBgr().pixels(), Overlay.draw(image, List.of(), BARE).pixels());
        Image8 twice = Overlay.draw(image, List.of(), new OverlayStyle(2, 0.5, 0, 0));
        assertEquals(40, twice.height());
        assertEquals(60, twice.width());
    }

    @Test
    void insideIsMixedTheContourIsSolidOutsideIsUntouched() {
        Image8 image = gray(60, 60, 100);
        Rle mask = Rle.box(60, 60, 20, 30, 30, 45);
        Image8 drawn = Overlay.draw(image, List.of(DrawnInstance.annotated(mask, "cort")), BARE);
        int color = InstanceColors.rgb(0);
        for (int y = 12; y < 60; y++) {
            for (int x = 0; x < 60; x++) {
                boolean inside = x >= 20 && x < 30 && y >= 30 && y < 45;
                boolean edge = inside && (x == 20 || x == 29 || y == 30 || y == 44);
                for (int c = 0; c < 3; c++) {
                    int channel = color >> (8 * c) & 0xff;
                    int mixed = (int) Math.round(100 + 0.5 * (channel - 100));
                    int expected = edge ? channel : inside ? mixed : 100;
                    assertEquals(expected, drawn.sample(y, x, c), y + "," + x);
                }
            }
        }
    }

    /** True ones are filled, false ones hatched, missed ones empty; each in its colour. */
    @Test
    void outcomesHaveColoursAndAreas() {
        Image8 image = gray(60, 60, 100);
        Rle mask = Rle.box(60, 60, 20, 30, 40, 50);
        int[] painted = new int[Outcome.values().length];
        for (Outcome outcome : Outcome.values()) {
            Image8 drawn =
                    Overlay.draw(
                            image, List.of(DrawnInstance.annotated(mask, "a").as(outcome)), BARE);
            assertEquals(outcome.rgb() & 0xff, drawn.sample(30, 20, 0), outcome + " contour");
            for (int y = 31; y < 49; y++) {
                for (int x = 21; x < 39; x++) {
                    painted[outcome.ordinal()] += drawn.sample(y, x, 0) == 100 ? 0 : 1;
                }
            }
        }
        // A third of 18 x 18 pixels is hatched.
        assertArrayEquals(new int[] {324, 108, 0, 0}, painted);
    }

    @Test
    void theLegendCountsOutcomes() {
        Rle mask = Rle.box(60, 60, 20, 30, 40, 50);
        Image8 drawn =
                Overlay.draw(
                        gray(60, 60, 100),
                        List.of(DrawnInstance.annotated(mask, "cort").as(Outcome.MISSED)),
                        BARE);
        // Its background has the outcome's colour: "missed: 1" is nine letters wide.
        for (int c = 0; c < 3; c++) {
            assertEquals(Outcome.MISSED.rgb() >> (8 * c) & 0xff, drawn.sample(0, 53, c));
        }
        assertEquals(100, drawn.sample(0, 56, 0));
    }

    @Test
    void enlargedContoursStayOnePixelWide() {
        Rle mask = Rle.box(40, 40, 20, 20, 24, 24);
        Image8 drawn =
                Overlay.draw(
                        gray(40, 40, 100),
                        List.of(DrawnInstance.annotated(mask, "a")),
                        new OverlayStyle(3, 0, 0, 0));
        int blue = InstanceColors.rgb(0) & 0xff;
        assertEquals(blue, drawn.sample(65, 60, 0));
        assertEquals(100, drawn.sample(65, 61, 0));
        assertEquals(blue, drawn.sample(65, 71, 0));
        assertEquals(100, drawn.sample(65, 72, 0));
    }

    @Test
    void boxesAreDrawnForFewObjects() {
        Rle mask = Rle.box(80, 80, 40, 40, 50, 50);
        DrawnInstance wide =
                DrawnInstance.detected(mask, new double[] {30, 35, 60.4, 55}, "a", 0.5);
        Image8 without = Overlay.draw(gray(80, 80, 100), List.of(wide), BARE);
        Image8 with =
                Overlay.draw(gray(80, 80, 100), List.of(wide), new OverlayStyle(1, 0.5, 1, 0));
        assertEquals(100, without.sample(45, 60, 0));
        assertNotEquals(100, with.sample(45, 60, 0));
        assertNotEquals(100, with.sample(45, 30, 0));
        assertEquals(100, with.sample(45, 61, 0));
    }

    @Test
    void labelsAreWrittenUpToTheLimitAndNotOverOneAnother() {
        List<DrawnInstance> crowd = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int x = 5 + i % 20 * 12;
            int y = 40 + i / 20 * 12;
            Rle mask = Rle.box(200, 260, x, y, x + 6, y + 6);
            double[] box = {x, y, x + 6, y + 6};
            crowd.add(DrawnInstance.detected(mask, box, i % 2 == 0 ? "cort" : "astro", i / 200.0));
        }
        Image8 image = gray(200, 260, 100);
        Image8 none = Overlay.draw(image, crowd, new OverlayStyle(1, 0.3, 0, 0));
        Image8 some = Overlay.draw(image, crowd, new OverlayStyle(1, 0.3, 0, 5));
        int changed = differing(none, some);
        // "astro 0.99": 10 letters of 6 pixels, and the padding; "cort 0.98" is shorter.
        int label = (10 * 6 + 1) * 10;
        assertTrue(changed > 2 * label && changed <= 5 * label, "changed " + changed);
    }

    @Test
    void aCrowdOfOneClassWithoutScoresHasNoLabels() {
        List<DrawnInstance> crowd = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Rle mask = Rle.box(100, 100, 15 * i, 60, 15 * i + 8, 70);
            crowd.add(DrawnInstance.annotated(mask, "cort"));
        }
        Image8 image = gray(100, 100, 100);
        Image8 none = Overlay.draw(image, crowd, new OverlayStyle(1, 0.3, 0, 0));
        Image8 limited = Overlay.draw(image, crowd, new OverlayStyle(1, 0.3, 0, 5));
        Image8 all = Overlay.draw(image, crowd, new OverlayStyle(1, 0.3, 0, 6));
        assertEquals(0, differing(none, limited));
        assertTrue(differing(none, all) > 100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64})
    void objectsAtTheEdgesAndOddSizes(int side) {
        Rle full = Rle.box(side, side, 0, 0, side, side);
        double[] outside = {-5, -5, side + 9.5, side + 9.5};
        Image8 drawn =
                Overlay.draw(
                        gray(side, side, 10),
                        List.of(
                                DrawnInstance.detected(full, outside, "caf\u00e9", 1),
                                DrawnInstance.annotated(Rle.empty(side, side), "empty")));
        assertEquals(0, drawn.height() % side);
    }

    @Test
    void aMaskOfAnotherSizeIsRefused() {
        DrawnInstance other = DrawnInstance.annotated(Rle.box(5, 6, 0, 0, 2, 2), "a");
        IllegalArgumentException error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Overlay.draw(gray(6, 5, 0), List.of(other)));
        assertTrue(error.getMessage().contains("expected masks of 6x5, got 5x6"));
    }

    @Test
    void eightHundredColoursDifferAndNeighboursDifferClearly() {
        Set<Integer> colors = new HashSet<>();
        for (int i = 0; i < 800; i++) {
            int color = InstanceColors.rgb(i);
            colors.add(color);
            assertEquals(color, InstanceColors.rgb(i));
            assertTrue(distance(color, InstanceColors.rgb(i + 1)) > 90, "at " + i);
            assertTrue(distance(color, color >> 16 & 0xff) > 60, "gray at " + i);
        }
        assertEquals(800, colors.size());
    }

    /** Euclidean distance of two colours; the second may be a gray level. */
    private static double distance(int one, int other) {
        int second = other > 0xff ? other : other * 0x010101;
        int sum = 0;
        for (int c = 0; c < 3; c++) {
            int difference = (one >> (8 * c) & 0xff) - (second >> (8 * c) & 0xff);
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static int differing(Image8 one, Image8 other) {
        int count = 0;
        for (int i = 0; i < one.pixels().length; i += 3) {
            boolean same = true;
            for (int c = 0; c < 3; c++) {
                same &= one.pixels()[i + c] == other.pixels()[i + c];
            }
            count += same ? 0 : 1;
        }
        return count;
    }

    private static Image8 gray(int height, int width, int level) {
        byte[] pixels = new byte[height * width];
        Arrays.fill(pixels, (byte) level);
        return new Image8(height, width, 1, pixels);
    }
}
