package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/**
 * Mirrors an image with a given probability (detectron2 {@code RandomFlip}).
 *
 * @param probability of a flip; a uniform draw below it flips
 * @param direction which axis is mirrored
 */
public record RandomFlip(double probability, Direction direction) implements Augmentation {
    /** The axis that a flip mirrors. */
    public enum Direction {
        /** Left to right. */
        HORIZONTAL,
        /** Top to bottom. */
        VERTICAL
    }

    /** Checks the probability. */
    public RandomFlip {
        ProbabilityCheck.require("RandomFlip", probability);
    }

    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return new Identity(size);
        }
        return switch (direction) {
            case HORIZONTAL -> new HorizontalFlip(size);
            case VERTICAL -> new VerticalFlip(size);
        };
    }
}
