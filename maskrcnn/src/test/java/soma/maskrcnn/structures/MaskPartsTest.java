package soma.maskrcnn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Random;

/** Parts and holes against a flood fill of bitmaps. */
class MaskPartsTest {
    @Property(tries = 500)
    void agreeWithAFloodFill(
            @ForAll @IntRange(min = 1, max = 19) int height,
            @ForAll @IntRange(min = 1, max = 19) int width,
            @ForAll @IntRange(min = 0, max = 10) int tenths,
            @ForAll long seed) {
        byte[] bitmap = NaiveMask.random(new Random(seed), height, width, tenths / 10.0);
        Rle mask = Rle.encode(bitmap, height, width);
        assertEquals(
                Rle.encode(naiveLargest(bitmap, height, width), height, width), mask.largestPart());
        assertArrayEquals(naiveFilled(bitmap, height, width), mask.fillHoles().decode());
    }

    @Test
    void cornersJoinTheMaskButNotItsBackground() {
        byte[] ring = NaiveMask.rows("00100", "01010", "00100", "00000", "00001");
        Rle mask = Rle.encode(ring, 5, 5);
        assertArrayEquals(
                NaiveMask.rows("00100", "01110", "00100", "00000", "00001"),
                mask.fillHoles().decode());
        assertArrayEquals(
                NaiveMask.rows("00100", "01010", "00100", "00000", "00000"),
                mask.largestPart().decode());
    }

    @Test
    void emptyAndWholeMasksStay() {
        for (Rle mask : new Rle[] {Rle.empty(3, 4), Rle.box(3, 4, 0, 0, 4, 3)}) {
            assertSame(mask, mask.largestPart());
            assertEquals(mask, mask.fillHoles());
        }
    }

    private static byte[] naiveLargest(byte[] bitmap, int height, int width) {
        byte[] rest = bitmap.clone();
        byte[] best = new byte[bitmap.length];
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                byte[] part = flood(rest, height, width, x, y, (byte) 1, true);
                if (NaiveMask.area(part) > NaiveMask.area(best)) {
                    best = part;
                }
            }
        }
        return best;
    }

    private static byte[] naiveFilled(byte[] bitmap, int height, int width) {
        byte[] rest = bitmap.clone();
        byte[] filled = new byte[bitmap.length];
        java.util.Arrays.fill(filled, (byte) 1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
                    byte[] outside = flood(rest, height, width, x, y, (byte) 0, false);
                    for (int i = 0; i < outside.length; i++) {
                        filled[i] -= outside[i];
                    }
                }
            }
        }
        return filled;
    }

    /** The part of value {@code wanted} at a pixel, which is taken out of the bitmap. */
    private static byte[] flood(
            byte[] bitmap, int height, int width, int x, int y, byte wanted, boolean corners) {
        byte[] part = new byte[bitmap.length];
        ArrayDeque<int[]> open = new ArrayDeque<>();
        open.add(new int[] {x, y});
        while (!open.isEmpty()) {
            int[] p = open.remove();
            boolean inside = p[0] >= 0 && p[1] >= 0 && p[0] < width && p[1] < height;
            if (!inside || bitmap[p[1] * width + p[0]] != wanted) {
                continue;
            }
            bitmap[p[1] * width + p[0]] = 2;
            part[p[1] * width + p[0]] = 1;
            for (int dx = -1; dx <= 1; dx++) {
                for (int dy = -1; dy <= 1; dy++) {
                    if (corners || dx == 0 || dy == 0) {
                        open.add(new int[] {p[0] + dx, p[1] + dy});
                    }
                }
            }
        }
        return part;
    }
}
