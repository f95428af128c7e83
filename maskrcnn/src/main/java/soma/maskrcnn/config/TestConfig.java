package soma.maskrcnn.config;

import java.util.Arrays;
import java.util.List;

/**
 * The {@code TEST} section: how much is predicted, and test-time augmentation.
 *
 * @param detectionsPerImage most detections kept in an image, by score
 */
public record TestConfig(int detectionsPerImage, Augmentation augmentation) {

    /** Merging the boxes of the augmented variants. */
    public enum Merge {
        /** Suppression as in the model, at its threshold; masks averaged over the variants. */
        DETECTRON2,
        /** Suppression at the ensemble's threshold; each box keeps its variant's mask. */
        NMS,
        /** Weighted boxes fusion at the ensemble's threshold; masks averaged alike. */
        WBF
    }

    /**
     * Test-time augmentation.
     *
     * @param minSizes lengths in pixels of the shorter side, a variant each; 0: as without
     *     augmentation
     * @param maxSize limit in pixels for the longer side
     * @param flip each variant also mirrored left to right
     * @param verticalFlip each variant also mirrored top to bottom
     * @param rotate90 each variant also turned by one, two and three quarter turns
     */
    public record Augmentation(
            boolean enabled,
            List<Integer> minSizes,
            int maxSize,
            boolean flip,
            boolean verticalFlip,
            boolean rotate90,
            Merge merge) {
        public Augmentation {
            minSizes = List.copyOf(minSizes);
        }
    }

    /**
     * Reads and checks {@code TEST}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static TestConfig from(Config config) {
        ConfigNode test = config.node("TEST");
        ConfigNode aug = test.node("AUG");
        int[] minSizes = aug.getInts("MIN_SIZES");
        if (minSizes.length == 0 || Arrays.stream(minSizes).anyMatch(size -> size < 0)) {
            throw aug.invalid("MIN_SIZES", "lengths in pixels, or 0 for no resizing");
        }
        return new TestConfig(
                test.getInt("DETECTIONS_PER_IMAGE", 1),
                new Augmentation(
                        aug.getBoolean("ENABLED"),
                        Arrays.stream(minSizes).boxed().toList(),
                        aug.getInt("MAX_SIZE", 1),
                        aug.getBoolean("FLIP"),
                        config.getBoolean("SOMA.TTA.VERTICAL_FLIP"),
                        config.getBoolean("SOMA.TTA.ROTATE_90"),
                        switch (config.getChoice("SOMA.TTA.MERGE", "detectron2", "nms", "wbf")) {
                            case "nms" -> Merge.NMS;
                            case "wbf" -> Merge.WBF;
                            default -> Merge.DETECTRON2;
                        }));
    }
}
