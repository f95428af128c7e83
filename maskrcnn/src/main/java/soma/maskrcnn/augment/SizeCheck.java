package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

/** Refuses what isn't of the size that a transform was made for. */
final class SizeCheck {
    private SizeCheck() {}

    static void require(String transform, ImageSize expected, Image8 image) {
        require(transform, expected, new ImageSize(image.height(), image.width()));
    }

    static void require(String transform, ImageSize expected, Rle mask) {
        require(transform, expected, new ImageSize(mask.height(), mask.width()));
    }

    static void require(String transform, ImageSize expected, ImageSize actual) {
        if (!expected.equals(actual)) {
            throw new IllegalArgumentException(
                    transform + ": expected a size of " + expected + ", got " + actual);
        }
    }
}
