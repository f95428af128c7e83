package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/**
 * The second half of large-scale jitter: brings every image to one size, by a window at a drawn
 * place where it is larger and padding on the right and at the bottom where it is smaller
 * (detectron2 {@code FixedSizeCrop}, which draws one number for both axes).
 *
 * @param window size of the result
 * @param fill value of the padding, 0 to 255
 */
public record FixedSizeCrop(ImageSize window, int fill) implements Augmentation {
    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        double place = random.nextDouble();
        int top = (int) Math.rint(Math.max(0, size.height() - window.height()) * place);
        int left = (int) Math.rint(Math.max(0, size.width() - window.width()) * place);
        return new Crop(size, left, top, window, fill);
    }
}
