package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/**
 * Turns an image with a given probability by an angle that is drawn between minus and plus a limit,
 * all equally likely.
 *
 * @param probability of a turn
 * @param maxDegrees largest angle either way
 * @param fill value of the pixels that come in from outside, 0 to 255
 */
public record RandomRotation(double probability, double maxDegrees, int fill)
        implements Augmentation {
    /** Checks the probability. */
    public RandomRotation {
        ProbabilityCheck.require("RandomRotation", probability);
    }

    @Override
    public Transform draw(ImageSize size, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return new Identity(size);
        }
        return new Rotation(size, maxDegrees * (2 * random.nextDouble() - 1), fill);
    }
}
