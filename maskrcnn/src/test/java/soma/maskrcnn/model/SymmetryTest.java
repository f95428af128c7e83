package soma.maskrcnn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.config.TestConfig.Augmentation;
import soma.maskrcnn.config.TestConfig.Merge;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.structures.Instances;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

class SymmetryTest {
    private static final List<Symmetry> ALL = symmetries(true, false, true);

    private static List<Symmetry> symmetries(boolean flip, boolean vertical, boolean turned) {
        return Symmetry.of(
                new Augmentation(true, List.of(0), 4000, flip, vertical, turned, Merge.NMS));
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false, 1",
        "true, false, false, 2",
        "false, true, false, 2",
        "true, true, false, 4",
        "false, false, true, 4",
        "true, false, true, 8",
        "false, true, true, 8",
        "true, true, true, 8",
    })
    void settingsGiveEachDifferentImageOnce(
            boolean flip, boolean vertical, boolean turned, int expected) {
        Image8 image = new Image8(2, 2, 1, new byte[] {1, 2, 3, 4});
        Set<List<Byte>> seen = new HashSet<>();
        List<Symmetry> all = symmetries(flip, vertical, turned);
        for (Symmetry symmetry : all) {
            byte[] p = symmetry.of(new ImageSize(2, 2)).applyImage(image).pixels();
            seen.add(List.of(p[0], p[1], p[2], p[3]));
        }
        assertEquals(expected, all.size());
        assertEquals(expected, seen.size());
        assertEquals(new Symmetry(false, false, 0), all.getFirst());
    }

    @Test
    void imagesOnTheDeviceAreLaidAsThoseInMemory() {
        byte[] pixels = new byte[11 * 6 * 3];
        new Random(9).nextBytes(pixels);
        Image8 image = new Image8(11, 6, 3, pixels);
        try (Scope _ = Scope.open("test", Device.cpu())) {
            for (Symmetry symmetry : ALL) {
                Tensor expected = symmetry.of(new ImageSize(11, 6)).applyImage(image).toTensor();
                Tensor actual = symmetry.apply(image.toTensor());
                assertEquals(expected.shape(), actual.shape());
                assertArrayEquals(expected.toInts(), actual.toInts(), symmetry.toString());
            }
        }
    }

    @Test
    void gridsAreLaidBackAsImagesAre() {
        int side = 7;
        byte[] pixels = new byte[2 * side * side];
        new Random(4).nextBytes(pixels);
        float[] expected = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            expected[i] = pixels[i];
        }
        for (Symmetry symmetry : ALL) {
            TransformList transform = symmetry.of(new ImageSize(side, side));
            float[] laid = new float[pixels.length];
            for (int grid = 0; grid < 2; grid++) {
                byte[] one = new byte[side * side];
                System.arraycopy(pixels, grid * one.length, one, 0, one.length);
                byte[] moved = transform.applyImage(new Image8(side, side, 1, one)).pixels();
                for (int i = 0; i < moved.length; i++) {
                    laid[grid * one.length + i] = moved[i];
                }
            }
            assertArrayEquals(expected, symmetry.undo(laid, side), symmetry.toString());
        }
    }

    /**
     * The mask of a variant, pasted there and then turned back pixel by pixel, is the mask that its
     * box and probabilities give once they are laid back.
     */
    @Test
    void masksLaidBackAreThoseOfTheVariantMovedPixelByPixel() {
        ImageSize size = new ImageSize(37, 53);
        Random random = new Random(8);
        int side = 14;
        int n = 20;
        for (Symmetry symmetry : ALL) {
            TransformList transform = symmetry.of(size);
            ImageSize laid = transform.outputSize();
            float[] boxes = new float[4 * n];
            float[] masks = new float[n * side * side];
            for (int i = 0; i < n; i++) {
                boxes[4 * i] = random.nextFloat() * (laid.width() - 12);
                boxes[4 * i + 1] = random.nextFloat() * (laid.height() - 12);
                boxes[4 * i + 2] = boxes[4 * i] + 2 + random.nextFloat() * 10;
                boxes[4 * i + 3] = boxes[4 * i + 1] + 2 + random.nextFloat() * 10;
            }
            for (int i = 0; i < masks.length; i++) {
                masks[i] = random.nextFloat();
            }
            try (Scope _ = Scope.open("test", Device.cpu())) {
                Tensor image = Image8.blank(laid.height(), laid.width(), 3).toTensor();
                Variant variant = new Variant(image, transform, symmetry);
                Instances there = pasted(Tensor.of(boxes, n, 4), masks, side, laid);
                Tensor mapped = Tensor.of(variant.onFile(Tensor.of(boxes, n, 4)), n, 4);
                Instances here = pasted(mapped, symmetry.undo(masks, side), side, size);
                for (int i = 0; i < n; i++) {
                    assertEquals(
                            transform.inverse().applyMask(there.masks().get(i)),
                            here.masks().get(i),
                            symmetry.toString());
                }
                assertArrayEquals(boxes, variant.onVariant(mapped).toFloats(), 1e-5f);
            }
        }
    }

    private static Instances pasted(Tensor boxes, float[] masks, int side, ImageSize size) {
        int n = boxes.dim(0);
        Tensor probabilities = Tensor.of(masks, n, side, side);
        return new Detections(
                        boxes,
                        Tensor.of(new float[n], n),
                        Tensor.of(new int[n], n),
                        probabilities,
                        size.height(),
                        size.width())
                .postprocess(size.height(), size.width(), Detector.MASK_THRESHOLD);
    }
}
