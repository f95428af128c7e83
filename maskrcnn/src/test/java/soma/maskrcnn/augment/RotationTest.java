package soma.maskrcnn.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.util.List;
import java.util.Random;

final class RotationTest {
    private static final int FILL = 37;

    @Property(tries = 150)
    void pixelsAndMasksComeFromWhereTheirCentresWere(
            @ForAll @IntRange(min = 1, max = 24) int height,
            @ForAll @IntRange(min = 1, max = 24) int width,
            @ForAll @DoubleRange(min = -200, max = 200) double degrees,
            @ForAll long seed) {
        Random random = new Random(seed);
        byte[] pixels = new byte[height * width * 3];
        random.nextBytes(pixels);
        byte[] bitmap = new byte[height * width];
        for (int i = 0; i < bitmap.length; i++) {
            bitmap[i] = (byte) random.nextInt(2);
        }
        ImageSize size = new ImageSize(height, width);
        Image8 image = new Image8(height, width, 3, pixels);
        Rotation rotation = new Rotation(size, degrees, FILL);
        Image8 turned = rotation.applyImage(image);
        byte[] mask = rotation.applyMask(Rle.encode(bitmap, height, width)).decode();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                // The same place in polar coordinates; y points down, so angles grow clockwise.
                double dx = x + 0.5 - width / 2.0;
                double dy = y + 0.5 - height / 2.0;
                double angle = Math.atan2(dy, dx) + Math.toRadians(degrees);
                double u = width / 2.0 + Math.hypot(dx, dy) * Math.cos(angle);
                double v = height / 2.0 + Math.hypot(dx, dy) * Math.sin(angle);
                for (int c = 0; c < 3; c++) {
                    double exact = bilinear(image, u - 0.5, v - 0.5, c);
                    assertEquals(exact, turned.sample(y, x, c), 0.5 + 1e-6);
                }
                int column = (int) Math.floor(u);
                int row = (int) Math.floor(v);
                boolean tie =
                        Math.abs(u - Math.rint(u)) < 1e-9 || Math.abs(v - Math.rint(v)) < 1e-9;
                boolean inside = column >= 0 && column < width && row >= 0 && row < height;
                if (!tie) {
                    int expected = inside ? bitmap[row * width + column] : 0;
                    assertEquals(expected, mask[y * width + x]);
                }
            }
        }
    }

    private static double bilinear(Image8 image, double x, double y, int c) {
        double sum = 0;
        for (int i = (int) Math.floor(y); i <= Math.floor(y) + 1; i++) {
            for (int j = (int) Math.floor(x); j <= Math.floor(x) + 1; j++) {
                boolean inside = i >= 0 && i < image.height() && j >= 0 && j < image.width();
                double weight = (1 - Math.abs(x - j)) * (1 - Math.abs(y - i));
                sum += weight * (inside ? image.sample(i, j, c) : FILL);
            }
        }
        return sum;
    }

    @Property(tries = 100)
    void pointsGoWhereThePixelsGoAndComeBack(
            @ForAll @DoubleRange(min = -30, max = 30) double degrees, @ForAll long seed) {
        ImageSize size = new ImageSize(90, 120);
        Rotation rotation = new Rotation(size, degrees, 0);
        Random random = new Random(seed);
        int x = 40 + random.nextInt(40);
        int y = 30 + random.nextInt(30);
        Rle square = Rle.box(90, 120, x, y, x + 7, y + 7);
        Rle turned = rotation.applyMask(square);
        double[] center = rotation.applyPoints(new double[] {x + 3.5, y + 3.5});
        double[] around = rotation.applyBoxes(new double[] {x, y, x + 7, y + 7});
        double[] bounds = turned.bbox();
        assertEquals(center[0], bounds[0] + bounds[2] / 2, 1);
        assertEquals(center[1], bounds[1] + bounds[3] / 2, 1);
        assertTrue(bounds[0] >= around[0] - 0.5 && bounds[0] + bounds[2] <= around[2] + 0.5);
        assertEquals(49, turned.area(), 7, "a rotation keeps areas");
        assertArrayEquals(
                new double[] {x, y},
                rotation.inverse().applyPoints(rotation.applyPoints(new double[] {x, y})),
                1e-10);
    }

    @Test
    void quarterTurnsOfASquareAreExact() {
        Random random = new Random(5);
        byte[] pixels = new byte[9 * 9];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt(2);
        }
        ImageSize size = new ImageSize(9, 9);
        Image8 image = new Image8(9, 9, 1, pixels);
        Rle mask = Rle.encode(pixels, 9, 9);
        for (int turns = 1; turns <= 3; turns++) {
            Rotate90 exact = new Rotate90(size, turns);
            Rotation rotation = new Rotation(size, 90 * turns, 0);
            assertArrayEquals(
                    exact.applyImage(image).pixels(), rotation.applyImage(image).pixels());
            assertEquals(exact.applyMask(mask), rotation.applyMask(mask));
            double[] points = {1, 2, 8.5, 3.25};
            assertArrayEquals(exact.applyPoints(points), rotation.applyPoints(points), 1e-12);
        }
    }

    @Test
    void polygonsAreCutAtTheImage() {
        ImageSize size = new ImageSize(10, 20);
        Polygons turned =
                new Rotation(size, 90, 0)
                        .applyPolygons(
                                Polygons.of(List.of(new double[] {0, 0, 20, 0, 20, 10, 0, 10})));
        assertArrayEquals(new double[] {5, 0, 10, 10}, turned.bbox(), 1e-12);
    }

    @Test
    void anglesAreDrawnBothWaysUpToTheLimit() {
        ImageSize size = new ImageSize(10, 20);
        Random random = new Random(1);
        double low = 0;
        double high = 0;
        int still = 0;
        for (int i = 0; i < 1000; i++) {
            switch (new RandomRotation(0.5, 15, FILL).draw(size, random)) {
                case Rotation r -> {
                    assertEquals(FILL, r.fill());
                    low = Math.min(low, r.degrees());
                    high = Math.max(high, r.degrees());
                }
                case Transform other -> {
                    assertInstanceOf(Identity.class, other);
                    still++;
                }
            }
        }
        assertTrue(low >= -15 && low < -14 && high <= 15 && high > 14, low + " to " + high);
        assertEquals(500, still, 60);
        assertThrows(IllegalArgumentException.class, () -> new RandomRotation(1.5, 15, 0));
        assertThrows(IllegalArgumentException.class, () -> new Rotation(size, 5, 256));
    }

    @Test
    void quarterTurnsAreAllEquallyLikely() {
        ImageSize size = new ImageSize(10, 20);
        Random random = new Random(2);
        int[] turns = new int[4];
        for (int i = 0; i < 1200; i++) {
            turns[
                    new RandomRotate90(0.75).draw(size, random) instanceof Rotate90 r
                            ? r.turns()
                            : 0]++;
        }
        for (int count : turns) {
            assertEquals(300, count, 60);
        }
    }
}
