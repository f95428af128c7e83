package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/**
 * Turns an image with a given probability by one, two or three quarter turns, all equally likely.
 *
 * @param probability of a turn
 */
public record RandomRotate90(double probability) implements Augmentation {
    /** Checks the probability. */
    public RandomRotate90 {
        ProbabilityCheck.require("RandomRotate90", probability);
    }

    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return new Identity(size);
        }
        return new Rotate90(size, 1 + random.nextInt(3));
    }
}
