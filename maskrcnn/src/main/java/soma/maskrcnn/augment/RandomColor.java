package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;

import java.util.random.RandomGenerator;

/**
 * Changes the colours of an image with a given probability by an amount that is drawn between two
 * limits, all equally likely; nothing moves.
 *
 * @param probability of a change
 * @param low least amount
 * @param high largest amount
 */
public record RandomColor(double probability, double low, double high, Change change) {
    /** What an amount does to an image. */
    @FunctionalInterface
    public interface Change {
        /**
         * Returns the changed image.
         *
         * @param image blue, green, red
         * @param random for what differs from pixel to pixel
         */
        Image8 apply(Image8 image, double amount, RandomGenerator random);
    }

    /** Checks the probability and the limits. */
    public RandomColor {
        ProbabilityCheck.require("RandomColor", probability);
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "RandomColor: expected ascending limits, got " + low + ", " + high);
        }
    }

    /** Draws, and changes an image; one that stays comes back itself. */
    public Image8 apply(Image8 image, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return image;
        }
        double amount = low + (high - low) * random.nextDouble();
        return change.apply(image, amount, random);
    }
}
