package soma.maskrcnn.augment;

import soma.maskrcnn.config.InputConfig.CropType;
import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/**
 * Takes a window of an image, of a size that {@code type} gives, at a place that is drawn
 * (detectron2 {@code RandomCrop}, with its numbers).
 *
 * @param type what {@code first} and {@code second} mean
 * @param first height, or the lower limit of {@code ABSOLUTE_RANGE}
 * @param second width, or the upper limit of {@code ABSOLUTE_RANGE}
 */
public record RandomCrop(CropType type, double first, double second) implements Augmentation {
    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        ImageSize window = window(size, random);
        int top = random.nextInt(size.height() - window.height() + 1);
        int left = random.nextInt(size.width() - window.width() + 1);
        return new Crop(size, left, top, window, 0);
    }

    private ImageSize window(ImageSize size, RandomGenerator random) {
        int height = size.height();
        int width = size.width();
        return switch (type) {
            case RELATIVE -> part(size, first, second);
            case RELATIVE_RANGE -> part(size, atLeast(first, random), atLeast(second, random));
            case ABSOLUTE ->
                    new ImageSize(Math.min((int) first, height), Math.min((int) second, width));
            case ABSOLUTE_RANGE -> new ImageSize(side(height, random), side(width, random));
        };
    }

    /** A part between the given one, which detectron2 rounds to 32 bits, and 1. */
    private static double atLeast(double part, RandomGenerator random) {
        float low = (float) part;
        return low + random.nextDouble() * (1 - low);
    }

    private static ImageSize part(ImageSize size, double height, double width) {
        // A small part of few pixels may round to nothing; detectron2 fails there.
        return new ImageSize(
                Math.max(1, (int) (size.height() * height + 0.5)),
                Math.max(1, (int) (size.width() * width + 0.5)));
    }

    private int side(int limit, RandomGenerator random) {
        return random.nextInt(Math.min(limit, (int) first), Math.min(limit, (int) second) + 1);
    }
}
