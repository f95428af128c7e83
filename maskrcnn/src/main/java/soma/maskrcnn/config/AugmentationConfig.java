package soma.maskrcnn.config;

import soma.maskrcnn.image.ImageSize;

/**
 * The {@code SOMA.AUG} section: what training does to its images beyond {@code INPUT}. A
 * probability of 0 turns a step off.
 *
 * @param horizontalFlip probability of mirroring left to right
 * @param verticalFlip probability of mirroring top to bottom
 * @param rotate90 probability of one, two or three quarter turns
 * @param minVisible objects of which less than this part remains are dropped, 0 to 1
 * @param fill value of pixels that come from outside the image, 0 to 255
 */
public record AugmentationConfig(
        double horizontalFlip,
        double verticalFlip,
        double rotate90,
        Rotation rotation,
        LargeScaleJitter largeScaleJitter,
        double minVisible,
        int fill) {

    /** All off. */
    public static final AugmentationConfig NONE =
            new AugmentationConfig(
                    0,
                    0,
                    0,
                    new Rotation(0, 0),
                    new LargeScaleJitter(false, 1, 1, new ImageSize(1, 1)),
                    0,
                    0);

    /**
     * Small turns.
     *
     * @param degrees largest angle either way
     */
    public record Rotation(double probability, double degrees) {}

    /**
     * Scaling in a wide range, then a window or padding to one size.
     *
     * @param low smallest scale
     * @param high largest scale
     * @param size of the result; the scale 1 fits the image into it
     */
    public record LargeScaleJitter(boolean enabled, double low, double high, ImageSize size) {}

    /** Whether objects may be cut, so that boxes have to be found anew. */
    public boolean cuts() {
        return rotation.probability > 0 || largeScaleJitter.enabled;
    }

    /**
     * Reads and checks {@code SOMA.AUG}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static AugmentationConfig from(Config config) {
        ConfigNode aug = config.node("SOMA.AUG");
        ConfigNode rotation = aug.node("ROTATION");
        return new AugmentationConfig(
                aug.getDouble("HORIZONTAL_FLIP", 0, 1),
                aug.getDouble("VERTICAL_FLIP", 0, 1),
                aug.getDouble("ROTATE90", 0, 1),
                new Rotation(
                        rotation.getDouble("PROB", 0, 1), rotation.getDouble("DEGREES", 0, 180)),
                largeScaleJitter(aug.node("LSJ")),
                aug.getDouble("MIN_VISIBLE", 0, 1),
                aug.getInt("FILL", 0, 255));
    }

    private static LargeScaleJitter largeScaleJitter(ConfigNode jitter) {
        double[] scale = range(jitter, "SCALE", Double.MIN_VALUE, "[lowest, highest] above 0");
        int[] size = jitter.getInts("SIZE");
        if (size.length != 2 || Math.min(size[0], size[1]) < 1) {
            throw jitter.invalid("SIZE", "[height, width] in pixels");
        }
        return new LargeScaleJitter(
                jitter.getBoolean("ENABLED"), scale[0], scale[1], new ImageSize(size[0], size[1]));
    }

    private static double[] range(ConfigNode node, String key, double least, String expected) {
        double[] range = node.getDoubles(key);
        boolean valid =
                range.length == 2
                        && range[0] >= least
                        && range[0] <= range[1]
                        && range[1] < Double.POSITIVE_INFINITY;
        if (!valid) {
            throw node.invalid(key, expected);
        }
        return range;
    }
}
