package soma.maskrcnn.synthetic;

import java.util.SplittableRandom;

/**
 * Seeded draws that give the same numbers on every machine: integers of a fixed algorithm, and no
 * library function whose last bit may vary.
 */
final class Dice {
    private final SplittableRandom random;

    Dice(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Uniform in {@code [low, high)}. */
    double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /** Uniform integer from {@code low} to {@code high}, both inclusive. */
    int integer(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** A uniform angle in radians. */
    double angle() {
        return between(0, 2 * Math.PI);
    }

    /** Nearly normal with mean 0 and variance 1: the sum of four uniform draws (Irwin-Hall). */
    double normal() {
        long bits = random.nextLong();
        int sum = 0;
        for (int i = 0; i < 4; i++) {
            sum += (int) (bits >>> (16 * i)) & 0xffff;
        }
        return (sum / 65536.0 - 2) * 1.7320508075688772;
    }

    /** An integer between the bounds whose logarithm is uniform: small numbers are commoner. */
    int logarithmic(int low, int high) {
        double draw = between(StrictMath.log(low), StrictMath.log(high + 1.0));
        return Math.clamp((long) StrictMath.exp(draw), low, high);
    }
}
