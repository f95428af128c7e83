package soma.maskrcnn.eval;

import java.util.Arrays;

/**
 * Which predictions of an image are matched with which of its objects.
 *
 * @param truthOf the object of each prediction, -1 for none; not to be changed
 * @param predictionOf the prediction of each object, -1 for none; not to be changed
 */
public record MaskMatches(int[] truthOf, int[] predictionOf) {
    static MaskMatches of(int predictions, int[] predictionOf) {
        int[] truthOf = new int[predictions];
        Arrays.fill(truthOf, -1);
        for (int g = 0; g < predictionOf.length; g++) {
            if (predictionOf[g] >= 0) {
                truthOf[predictionOf[g]] = g;
            }
        }
        return new MaskMatches(truthOf, predictionOf);
    }

    /** Number of matched pairs. */
    public int count() {
        return (int) Arrays.stream(predictionOf).filter(p -> p >= 0).count();
    }

    /** Whether a prediction is right. */
    public boolean isTrue(int prediction) {
        return truthOf[prediction] >= 0;
    }

    /** Whether an object was found. */
    public boolean isFound(int truth) {
        return predictionOf[truth] >= 0;
    }
}
