package soma.maskrcnn.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.augment.RandomFlip.Direction;
import soma.maskrcnn.augment.ResizeShortestEdge.Sampling;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

class TransformTest {
    @Property(tries = 200)
    void inversesBringBoxesBack(
            @ForAll @IntRange(min = 1, max = 97) int height,
            @ForAll @IntRange(min = 1, max = 97) int width,
            @ForAll @IntRange(min = 1, max = 131) int newHeight,
            @ForAll @IntRange(min = 1, max = 131) int newWidth,
            @ForAll @IntRange(min = 0, max = 7) int flips,
            @ForAll long seed) {
        ImageSize size = new ImageSize(height, width);
        ImageSize resized = new ImageSize(newHeight, newWidth);
        List<Transform> transforms = new ArrayList<>();
        if ((flips & 1) != 0) {
            transforms.add(new VerticalFlip(size));
        }
        transforms.add(new Resize(size, resized));
        if ((flips & 2) != 0) {
            transforms.add(new HorizontalFlip(resized));
        }
        if ((flips & 4) != 0) {
            transforms.add(new VerticalFlip(resized));
        }
        TransformList list = new TransformList(transforms);
        Random random = new Random(seed);
        double[] boxes = new double[12];
        for (int b = 0; b < 12; b += 4) {
            boxes[b] = random.nextDouble() * width;
            boxes[b + 1] = random.nextDouble() * height;
            boxes[b + 2] = boxes[b] + random.nextDouble() * (width - boxes[b]);
            boxes[b + 3] = boxes[b + 1] + random.nextDouble() * (height - boxes[b + 1]);
        }
        double[] mapped = list.applyBoxes(boxes);
        for (int b = 0; b < 12; b += 4) {
            assertTrue(mapped[b] <= mapped[b + 2] && mapped[b + 1] <= mapped[b + 3]);
        }
        assertArrayEquals(boxes, list.inverseBoxes(mapped), 1e-10);
        assertEquals(size, list.inverse().outputSize());
        assertArrayEquals(boxes, list.inverse().applyPoints(list.applyPoints(boxes)), 1e-10);
    }

    @Property(tries = 100)
    void flipsMoveMasksAsTheyMovePixels(
            @ForAll @IntRange(min = 1, max = 23) int height,
            @ForAll @IntRange(min = 1, max = 23) int width,
            @ForAll long seed) {
        Random random = new Random(seed);
        byte[] bitmap = new byte[height * width];
        for (int i = 0; i < bitmap.length; i++) {
            bitmap[i] = (byte) random.nextInt(2);
        }
        ImageSize size = new ImageSize(height, width);
        Image8 image = new Image8(height, width, 1, bitmap);
        Rle mask = Rle.encode(bitmap, height, width);
        for (Transform flip : List.of(new HorizontalFlip(size), new VerticalFlip(size))) {
            assertArrayEquals(flip.applyImage(image).pixels(), flip.applyMask(mask).decode());
            assertArrayEquals(bitmap, flip.applyImage(flip.applyImage(image)).pixels());
            double[] pixel = flip.applyPoints(new double[] {0.5, 0.5});
            int moved = ((int) pixel[1]) * width + (int) pixel[0];
            assertEquals(bitmap[0], flip.applyImage(image).pixels()[moved]);
        }
    }

    @Test
    void clippingIsAtLeastZeroThenAtMostTheSize() {
        Transform identity = new Identity(new ImageSize(10, 20));
        assertArrayEquals(
                new double[] {0, 0, 20, 10, 20, 10, 20, 10},
                identity.applyBoxesClipped(new double[] {-3, -0.5, 21, 10.25, 25, 12, 30, 40}));
    }

    @Test
    void flipUsesTheResizedWidth() {
        ImageSize size = new ImageSize(10, 20);
        ImageSize resized = new ImageSize(5, 40);
        TransformList list =
                new TransformList(List.of(new Resize(size, resized), new HorizontalFlip(resized)));
        assertArrayEquals(
                new double[] {30, 1, 36, 2}, list.applyBoxes(new double[] {2, 2, 5, 4}), 1e-12);
        Polygons moved =
                list.applyPolygons(Polygons.of(List.of(new double[] {0, 0, 20, 0, 20, 10})));
        assertArrayEquals(new double[] {40, 0, 0, 0, 0, 5}, moved.rings().getFirst(), 1e-12);
    }

    @Test
    void anotherSizeIsRefused() {
        Transform flip = new HorizontalFlip(new ImageSize(4, 6));
        IllegalArgumentException error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> flip.applyImage(Image8.blank(6, 4, 1)));
        assertTrue(error.getMessage().contains("expected a size of 4x6, got 6x4"));
        assertThrows(IllegalArgumentException.class, () -> flip.applyMask(Rle.empty(6, 4)));
        assertThrows(IllegalArgumentException.class, () -> flip.applyBoxes(new double[5]));
        ImageSize other = new ImageSize(6, 4);
        assertThrows(
                IllegalArgumentException.class,
                () -> new TransformList(List.of(flip, new VerticalFlip(other))));
    }

    @ParameterizedTest
    @CsvSource({
        "520, 704, 800, 1333, 800, 1083",
        "520, 704, 640, 1333, 640, 866",
        "1000, 300, 672, 1333, 1333, 400",
        "512, 512, 800, 1333, 800, 800",
        "1, 4000, 800, 1333, 1, 1333",
    })
    void shortestEdge(int height, int width, int edge, int limit, int newHeight, int newWidth) {
        assertEquals(
                new ImageSize(newHeight, newWidth),
                ResizeShortestEdge.outputSize(new ImageSize(height, width), edge, limit));
    }

    @Test
    void zeroDisablesResizing() {
        ImageSize size = new ImageSize(520, 704);
        Transform transform = ResizeShortestEdge.fixed(0, 1333).draw(size, new Random(1));
        assertInstanceOf(Identity.class, transform);
        Image8 image = Image8.blank(520, 704, 1);
        assertSame(image, transform.applyImage(image));
    }

    @Test
    void samplingReachesAllLengthsAndNoOther() {
        ImageSize size = new ImageSize(100, 200);
        RandomGenerator random = new Random(7);
        ResizeShortestEdge choice =
                new ResizeShortestEdge(new int[] {40, 50, 70}, 1333, Sampling.CHOICE);
        ResizeShortestEdge range = new ResizeShortestEdge(new int[] {40, 43}, 1333, Sampling.RANGE);
        Set<Integer> chosen = new TreeSet<>();
        Set<Integer> ranged = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            chosen.add(choice.draw(size, random).outputSize().height());
            ranged.add(range.draw(size, random).outputSize().height());
        }
        assertEquals(Set.of(40, 50, 70), chosen);
        assertEquals(Set.of(40, 41, 42, 43), ranged);
    }

    @Test
    void invalidAugmentationsAreRefused() {
        int[][] edges = {{}, {-1}, {50, 40}};
        for (int[] edge : edges) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new ResizeShortestEdge(edge, 1333, Sampling.RANGE));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new RandomFlip(Double.NaN, Direction.HORIZONTAL));
    }

    @Test
    void drawsFollowTheSeed() {
        List<Augmentation> augmentations =
                List.of(
                        new ResizeShortestEdge(new int[] {30, 60}, 200, Sampling.RANGE),
                        new RandomFlip(0.5, Direction.HORIZONTAL),
                        new RandomFlip(0.25, Direction.VERTICAL));
        ImageSize size = new ImageSize(52, 70);
        RandomGenerator first = new Random(3);
        RandomGenerator second = new Random(3);
        int flips = 0;
        for (int i = 0; i < 400; i++) {
            TransformList list = TransformList.draw(augmentations, size, first);
            assertEquals(list, TransformList.draw(augmentations, size, second));
            flips += list.transforms().get(1) instanceof HorizontalFlip ? 1 : 0;
        }
        assertTrue(flips > 160 && flips < 240, "flips " + flips);
        TransformList none = TransformList.draw(List.of(), size, first);
        assertEquals(List.of(new Identity(size)), none.transforms());
    }
}
