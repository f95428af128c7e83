package soma.maskrcnn.config;

import java.util.Arrays;
import java.util.List;

/**
 * The {@code SOMA.POST} section: what happens to detections after the model.
 *
 * @param scoreThresholds lowest score of each class; empty: no limit beside the model's
 * @param scoreThresholdClass whose lowest score counts
 * @param minPixels fewest pixels of a mask of each class; empty: no limit
 * @param minPixelsClass whose fewest pixels count
 * @param majorityClass keep only the class with most detections in the image
 * @param removeOverlaps by descending score, a mask loses the pixels that better ones have taken
 */
public record PostConfig(
        List<Double> scoreThresholds,
        LimitClass scoreThresholdClass,
        List<Integer> minPixels,
        LimitClass minPixelsClass,
        boolean majorityClass,
        boolean removeOverlaps,
        boolean fillHoles,
        boolean largestPart) {
    /** No step at all. */
    public static final PostConfig NONE =
            new PostConfig(List.of(), List.of(), false, false, false, false);

    /** Whose limit holds for an object. */
    public enum LimitClass {
        /** That of the object's class. */
        OWN,
        /**
         * That of the class which most objects have (the first among equals), for all of them, as
         * the published script of the competition has it.
         */
        MAJORITY
    }

    public PostConfig {
        scoreThresholds = List.copyOf(scoreThresholds);
        minPixels = List.copyOf(minPixels);
    }

    /** Steps with the limits of each object's own class. */
    public PostConfig(
            List<Double> scoreThresholds,
            List<Integer> minPixels,
            boolean majorityClass,
            boolean removeOverlaps,
            boolean fillHoles,
            boolean largestPart) {
        this(
                scoreThresholds,
                LimitClass.OWN,
                minPixels,
                LimitClass.OWN,
                majorityClass,
                removeOverlaps,
                fillHoles,
                largestPart);
    }

    /**
     * Reads and checks {@code SOMA.POST} against the number of classes.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static PostConfig from(Config config) {
        ConfigNode post = config.node("SOMA.POST");
        int classes = config.getInt("MODEL.ROI_HEADS.NUM_CLASSES", 1);
        double[] thresholds = post.getDoubles("SCORE_THRESHOLDS");
        if (!fits(thresholds.length, classes)
                || Arrays.stream(thresholds).anyMatch(t -> t < 0 || t > 1)) {
            throw post.invalid(
                    "SCORE_THRESHOLDS",
                    "none or " + classes + " numbers from 0 to 1, one per class");
        }
        int[] minPixels = post.getInts("MIN_PIXELS");
        if (!fits(minPixels.length, classes) || Arrays.stream(minPixels).anyMatch(n -> n < 0)) {
            throw post.invalid(
                    "MIN_PIXELS", "none or " + classes + " whole numbers from 0, one per class");
        }
        return new PostConfig(
                Arrays.stream(thresholds).boxed().toList(),
                limitClass(post, "SCORE_THRESHOLD_CLASS"),
                Arrays.stream(minPixels).boxed().toList(),
                limitClass(post, "MIN_PIXELS_CLASS"),
                post.getBoolean("MAJORITY_CLASS"),
                post.getBoolean("REMOVE_OVERLAPS"),
                post.getBoolean("FILL_HOLES"),
                post.getBoolean("LARGEST_PART"));
    }

    private static LimitClass limitClass(ConfigNode post, String key) {
        return post.getChoice(key, "own", "majority").equals("own")
                ? LimitClass.OWN
                : LimitClass.MAJORITY;
    }

    private static boolean fits(int length, int classes) {
        return length == 0 || length == classes;
    }
}
