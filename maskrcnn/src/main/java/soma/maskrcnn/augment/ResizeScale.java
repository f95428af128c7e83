package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/**
 * The first half of large-scale jitter (Ghiasi et al. 2021): scales an image, its proportions kept,
 * to fit a frame that is the target times a drawn factor (detectron2 {@code ResizeScale}).
 *
 * @param low smallest factor, above 0
 * @param high largest factor
 * @param target size that the factor 1 fits into
 */
public record ResizeScale(double low, double high, ImageSize target) implements Augmentation {
    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        double factor = low + (high - low) * random.nextDouble();
        double scale =
                Math.min(
                        target.height() * factor / size.height(),
                        target.width() * factor / size.width());
        // numpy.round: half to even.
        return new Resize(
                size,
                new ImageSize(
                        Math.max(1, (int) Math.rint(size.height() * scale)),
                        Math.max(1, (int) Math.rint(size.width() * scale))));
    }
}
