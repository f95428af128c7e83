package soma.maskrcnn.boxes;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Random choice of examples for a loss, with a bounded share of positives (detectron2's {@code
 * subsample_labels}).
 *
 * @param positive indices of the chosen positives
 * @param negative indices of the chosen background examples
 */
public record Subsample(int[] positive, int[] negative) {
    /** The label of examples that no loss sees. */
    public static final int IGNORE = -1;

    /**
     * Chooses without replacement; positives are what is neither ignored nor background.
     *
     * @param labels one for each example
     * @param count how many to choose
     * @param positiveFraction at most this share are positive; missing ones are filled with
     *     background
     */
    public static Subsample draw(
            int[] labels,
            int count,
            double positiveFraction,
            int background,
            RandomGenerator random) {
        int[] positive = new int[labels.length];
        int[] negative = new int[labels.length];
        int p = 0;
        int n = 0;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] == background) {
                negative[n++] = i;
            } else if (labels[i] != IGNORE) {
                positive[p++] = i;
            }
        }
        int wantedPositive = Math.min(p, (int) (count * positiveFraction));
        int wantedNegative = Math.min(n, count - wantedPositive);
        return new Subsample(
                choose(positive, p, wantedPositive, random),
                choose(negative, n, wantedNegative, random));
    }

    /** The first {@code wanted} of a random permutation of the first {@code available}. */
    private static int[] choose(int[] from, int available, int wanted, RandomGenerator random) {
        if (wanted < available) {
            for (int i = 0; i < wanted; i++) {
                int j = i + random.nextInt(available - i);
                int t = from[i];
                from[i] = from[j];
                from[j] = t;
            }
        }
        return Arrays.copyOf(from, wanted);
    }

    /** Positives, then negatives. */
    public int[] all() {
        int[] all = Arrays.copyOf(positive, positive.length + negative.length);
        System.arraycopy(negative, 0, all, positive.length, negative.length);
        return all;
    }
}
