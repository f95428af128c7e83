package soma.maskrcnn.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.config.InputConfig.CropType;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

final class CropTest {
    @Property(tries = 200)
    void windowsOfPixelsAndMasks(
            @ForAll @IntRange(min = 1, max = 17) int height,
            @ForAll @IntRange(min = 1, max = 17) int width,
            @ForAll @IntRange(min = 1, max = 23) int newHeight,
            @ForAll @IntRange(min = 1, max = 23) int newWidth,
            @ForAll @IntRange(min = -20, max = 20) int x0,
            @ForAll @IntRange(min = -20, max = 20) int y0,
            @ForAll long seed) {
        Random random = new Random(seed);
        byte[] pixels = new byte[height * width * 3];
        random.nextBytes(pixels);
        byte[] bitmap = new byte[height * width];
        int set = 0;
        for (int i = 0; i < bitmap.length; i++) {
            bitmap[i] = (byte) random.nextInt(2);
            set += bitmap[i];
        }
        ImageSize size = new ImageSize(height, width);
        Image8 image = new Image8(height, width, 3, pixels);
        Rle mask = Rle.encode(bitmap, height, width);
        Crop crop = new Crop(size, x0, y0, new ImageSize(newHeight, newWidth), 99);
        Image8 window = crop.applyImage(image);
        byte[] cut = crop.applyMask(mask).decode();
        int left = 0;
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++) {
                int row = y + y0;
                int column = x + x0;
                boolean inside = row >= 0 && row < height && column >= 0 && column < width;
                for (int c = 0; c < 3; c++) {
                    assertEquals(
                            inside ? image.sample(row, column, c) : 99, window.sample(y, x, c));
                }
                int expected = inside ? bitmap[row * width + column] : 0;
                assertEquals(expected, cut[y * newWidth + x]);
                left += expected;
            }
        }
        if (set > 0) {
            TransformList list = new TransformList(List.of(crop));
            assertEquals((double) left / set, list.visiblePart(mask), 0);
        }
        double[] points = {3, 4.5, 0, -1};
        double[] moved = crop.applyPoints(points);
        assertArrayEquals(new double[] {3 - x0, 4.5 - y0, -x0, -1 - y0}, moved);
        assertArrayEquals(points, crop.inverse().applyPoints(moved));
        assertEquals(size, crop.inverse().outputSize());
    }

    @Property(tries = 200)
    void clippedPolygonsHoldThePointsOfTheWholeOnesInside(
            @ForAll @IntRange(min = 3, max = 9) int corners, @ForAll long seed) {
        Random random = new Random(seed);
        double[] ring = new double[2 * corners];
        for (int i = 0; i < corners; i++) {
            // A star around the middle: concave, but without crossings.
            double angle = 2 * Math.PI * (i + 0.8 * random.nextDouble()) / corners;
            double radius = 2 + 18 * random.nextDouble();
            ring[2 * i] = 6 + radius * Math.cos(angle);
            ring[2 * i + 1] = 4 + radius * Math.sin(angle);
        }
        Crop crop = new Crop(new ImageSize(40, 40), 2, 1, new ImageSize(11, 13), 0);
        Polygons clipped = crop.applyPolygons(Polygons.of(List.of(ring)));
        int inside = 0;
        for (int i = 0; i < 300; i++) {
            double x = random.nextDouble() * 13;
            double y = random.nextDouble() * 11;
            boolean expected = holds(ring, x + 2, y + 1);
            boolean found = clipped.size() > 0 && holds(clipped.rings().getFirst(), x, y);
            assertEquals(expected, found, x + ", " + y);
            inside += expected ? 1 : 0;
        }
        assertTrue(clipped.size() == 1 || inside == 0);
        double[] box = clipped.bbox();
        assertTrue(box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= 13 && box[1] + box[3] <= 11);
    }

    /** Counts the crossings of a ray to the right. */
    private static boolean holds(double[] ring, double x, double y) {
        boolean odd = false;
        for (int i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
            boolean crosses = ring[i + 1] > y != ring[j + 1] > y;
            double at =
                    (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i];
            odd ^= crosses && x < at;
        }
        return odd;
    }

    @Test
    void nothingOfAPolygonOutsideIsLeft() {
        Polygons outside = Polygons.of(List.of(new double[] {20, 20, 30, 20, 30, 30}));
        assertEquals(0, outside.clip(20, 40).size(), "the edge alone has no area");
        assertEquals(1, outside.clip(21, 40).size());
        assertEquals(outside, outside.clip(30, 30), "nothing is cut");
    }

    @Test
    void whatWasCutDoesNotComeBack() {
        ImageSize size = new ImageSize(10, 10);
        ImageSize half = new ImageSize(10, 5);
        TransformList list =
                new TransformList(
                        List.of(new Crop(size, 5, 0, half, 0), new Crop(half, -5, 0, size, 0)));
        Rle square = Rle.box(10, 10, 3, 2, 8, 4);
        assertEquals(Rle.box(10, 10, 5, 2, 8, 4), list.applyMask(square));
        assertEquals(0.6, list.visiblePart(square), 1e-12);
        Polygons outline = Polygons.of(List.of(new double[] {3, 2, 8, 2, 8, 4, 3, 4}));
        assertArrayEquals(new double[] {5, 2, 3, 2}, list.applyPolygons(outline).bbox());
    }

    @Test
    void flipsAndResizesCutNothing() {
        ImageSize size = new ImageSize(10, 8);
        TransformList list =
                new TransformList(
                        List.of(
                                new HorizontalFlip(size),
                                new Resize(size, new ImageSize(31, 3)),
                                new Rotate90(new ImageSize(31, 3), 1)));
        assertEquals(1, list.visiblePart(Rle.box(10, 8, 0, 0, 8, 10)));
    }

    /** The sizes that detectron2's RandomCrop can give. */
    @Test
    void sizesFollowTheTypes() {
        ImageSize size = new ImageSize(20, 31);
        Random random = new Random(1);
        Set<Integer> ranged = new TreeSet<>();
        Set<Integer> tops = new TreeSet<>();
        for (int i = 0; i < 400; i++) {
            Crop relative = (Crop) new RandomCrop(CropType.RELATIVE, 0.5, 0.25).draw(size, random);
            assertEquals(new ImageSize(10, 8), relative.outputSize(), "8 = int(7.75 + 0.5)");
            assertInside(relative);
            tops.add(relative.y0());
            Crop part = (Crop) new RandomCrop(CropType.RELATIVE_RANGE, 0.9, 0.3).draw(size, random);
            assertTrue(part.outputSize().height() >= 18 && part.outputSize().width() >= 9);
            assertInside(part);
            Crop absolute = (Crop) new RandomCrop(CropType.ABSOLUTE, 12, 50).draw(size, random);
            assertEquals(new ImageSize(12, 31), absolute.outputSize());
            assertInside(absolute);
            Crop range = (Crop) new RandomCrop(CropType.ABSOLUTE_RANGE, 19, 22).draw(size, random);
            assertInside(range);
            assertTrue(Set.of(19, 20).contains(range.outputSize().height()));
            ranged.add(range.outputSize().width());
        }
        assertEquals(Set.of(19, 20, 21, 22), ranged);
        assertEquals(11, tops.size(), "every place");
    }

    private static void assertInside(Crop crop) {
        assertTrue(crop.x0() >= 0 && crop.y0() >= 0);
        assertTrue(crop.x0() + crop.outputSize().width() <= crop.inputSize().width());
        assertTrue(crop.y0() + crop.outputSize().height() <= crop.inputSize().height());
    }

    @Test
    void jitterScalesIntoTheTargetThenCutsOrPads() {
        ImageSize target = new ImageSize(100, 100);
        ImageSize size = new ImageSize(52, 70);
        Random random = new Random(3);
        double smallest = 9;
        double largest = 0;
        for (int i = 0; i < 500; i++) {
            Transform resize = new ResizeScale(0.1, 2, target).draw(size, random);
            ImageSize scaled = resize.outputSize();
            double factor = scaled.width() / 100.0;
            assertEquals(52 * factor * 100 / 70, scaled.height(), 1, "the sides keep their ratio");
            smallest = Math.min(smallest, factor);
            largest = Math.max(largest, factor);
            Crop crop = (Crop) new FixedSizeCrop(target, 128).draw(scaled, random);
            assertEquals(target, crop.outputSize());
            assertTrue(crop.x0() >= 0 && crop.x0() <= Math.max(0, scaled.width() - 100));
            assertTrue(crop.y0() >= 0 && crop.y0() <= Math.max(0, scaled.height() - 100));
        }
        assertEquals(0.1, smallest, 0.02);
        assertEquals(2, largest, 0.02);
    }

    @Test
    void invalidWindowsAreRefused() {
        ImageSize size = new ImageSize(5, 5);
        assertThrows(
                IllegalArgumentException.class, () -> new Crop(size, 0, 0, new ImageSize(0, 5), 0));
        assertThrows(IllegalArgumentException.class, () -> new Crop(size, 0, 0, size, -1));
    }
}
