package soma.maskrcnn.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

import java.util.Random;

class Rotate90Test {
    /** One counterclockwise quarter turn, written out. */
    private static byte[] turn(byte[] pixels, int height, int width, int channels) {
        byte[] turned = new byte[pixels.length];
        for (int y = 0; y < width; y++) {
            for (int x = 0; x < height; x++) {
                for (int c = 0; c < channels; c++) {
                    turned[(y * height + x) * channels + c] =
                            pixels[(x * width + width - 1 - y) * channels + c];
                }
            }
        }
        return turned;
    }

    @Property(tries = 200)
    void turnsPixelsMasksAndPointsAlike(
            @ForAll @IntRange(min = 1, max = 23) int height,
            @ForAll @IntRange(min = 1, max = 23) int width,
            @ForAll @IntRange(min = 1, max = 3) int turns,
            @ForAll long seed) {
        Random random = new Random(seed);
        byte[] bitmap = new byte[height * width];
        byte[] colours = new byte[height * width * 3];
        for (int i = 0; i < bitmap.length; i++) {
            bitmap[i] = (byte) random.nextInt(2);
        }
        random.nextBytes(colours);
        byte[] turned = bitmap;
        byte[] turnedColours = colours;
        int h = height;
        int w = width;
        for (int i = 0; i < turns; i++) {
            turned = turn(turned, h, w, 1);
            turnedColours = turn(turnedColours, h, w, 3);
            int swap = h;
            h = w;
            w = swap;
        }
        Rotate90 rotate = new Rotate90(new ImageSize(height, width), turns);
        assertEquals(new ImageSize(h, w), rotate.outputSize());
        Image8 image = new Image8(height, width, 3, colours);
        assertArrayEquals(turnedColours, rotate.applyImage(image).pixels());
        Rle mask = Rle.encode(bitmap, height, width);
        assertEquals(Rle.encode(turned, h, w), rotate.applyMask(mask));
        assertEquals(mask, rotate.inverse().applyMask(rotate.applyMask(mask)));
        assertArrayEquals(colours, rotate.inverse().applyImage(rotate.applyImage(image)).pixels());
        for (int i = 0; i < 10; i++) {
            int x = random.nextInt(width);
            int y = random.nextInt(height);
            double[] centre = rotate.applyPoints(new double[] {x + 0.5, y + 0.5});
            int moved = ((int) centre[1]) * w + (int) centre[0];
            assertEquals(bitmap[y * width + x], turned[moved]);
            assertArrayEquals(
                    new double[] {x + 0.5, y + 0.5}, rotate.inverse().applyPoints(centre));
        }
        double[] box = {0, 0, width, Math.min(2, height)};
        assertArrayEquals(box, rotate.inverseBoxes(rotate.applyBoxes(box)));
    }

    @Test
    void aQuarterTurnIsCounterclockwise() {
        Rotate90 rotate = new Rotate90(new ImageSize(2, 3), 1);
        Image8 turned = rotate.applyImage(new Image8(2, 3, 1, new byte[] {1, 2, 3, 4, 5, 6}));
        assertArrayEquals(new byte[] {3, 6, 2, 5, 1, 4}, turned.pixels());
        assertArrayEquals(new double[] {0, 0, 1, 2}, rotate.applyBoxes(new double[] {1, 0, 3, 1}));
    }

    @Test
    void otherTurnsAndSizesAreRefused() {
        ImageSize size = new ImageSize(2, 3);
        assertThrows(IllegalArgumentException.class, () -> new Rotate90(size, 0));
        assertThrows(IllegalArgumentException.class, () -> new Rotate90(size, 4));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Rotate90(size, 1).applyImage(Image8.blank(3, 2, 1)));
    }
}
