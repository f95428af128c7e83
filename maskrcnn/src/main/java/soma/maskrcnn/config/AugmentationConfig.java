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
        CopyPaste copyPaste,
        double minVisible,
        int fill,
        Color color) {

    private static final String ABOVE_ZERO = "[lowest, highest] above 0";

    /** All off. */
    public static final AugmentationConfig NONE =
            new AugmentationConfig(
                    0,
                    0,
                    0,
                    new Rotation(0, 0),
                    new LargeScaleJitter(false, 1, 1, new ImageSize(1, 1)),
                    new CopyPaste(0, 0, false),
                    0,
                    0,
                    Color.NONE);

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

    /**
     * Pasting objects of another training image.
     *
     * @param part probability that an object of the other image is pasted
     * @param sameClass only from images of the same majority class
     */
    public record CopyPaste(double probability, double part, boolean sameClass) {}

    /**
     * A change whose amount is drawn, all amounts from {@code low} to {@code high} being equally
     * likely.
     */
    public record Amount(double probability, double low, double high) {
        /** Never. */
        public static final Amount NEVER = new Amount(0, 0, 0);
    }

    /**
     * Changes of colours, in this order.
     *
     * @param brightness factor of all samples
     * @param contrast factor of the distance from the mean
     * @param saturation factor of the distance from gray
     * @param hue degrees on the wheel of hues
     * @param gamma exponent
     * @param clahe clip limit
     * @param claheTiles rows and columns of tiles
     * @param blur standard deviation in pixels
     * @param noise standard deviation in levels of 255
     */
    public record Color(
            Amount brightness,
            Amount contrast,
            Amount saturation,
            Amount hue,
            Amount gamma,
            Amount clahe,
            ImageSize claheTiles,
            Amount blur,
            Amount noise) {
        /** All off. */
        public static final Color NONE =
                new Color(
                        Amount.NEVER,
                        Amount.NEVER,
                        Amount.NEVER,
                        Amount.NEVER,
                        Amount.NEVER,
                        Amount.NEVER,
                        new ImageSize(1, 1),
                        Amount.NEVER,
                        Amount.NEVER);
    }

    /** Whether objects may be cut, so that boxes have to be found anew. */
    public boolean cuts() {
        return rotation.probability > 0 || largeScaleJitter.enabled || copyPaste.probability > 0;
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
                copyPaste(aug.node("COPY_PASTE")),
                aug.getDouble("MIN_VISIBLE", 0, 1),
                aug.getInt("FILL", 0, 255),
                color(aug));
    }

    private static CopyPaste copyPaste(ConfigNode copyPaste) {
        return new CopyPaste(
                copyPaste.getDouble("PROB", 0, 1),
                copyPaste.getDouble("PART", 0, 1),
                copyPaste.getBoolean("SAME_CLASS"));
    }

    private static Color color(ConfigNode aug) {
        ConfigNode hue = aug.node("HUE");
        double degrees = hue.getDouble("DEGREES", 0, 180);
        int[] tiles = aug.node("CLAHE").getInts("TILES");
        if (tiles.length != 2 || Math.min(tiles[0], tiles[1]) < 1) {
            throw aug.node("CLAHE").invalid("TILES", "[rows, columns] of at least 1");
        }
        return new Color(
                amount(aug.node("BRIGHTNESS"), "RANGE", 0),
                amount(aug.node("CONTRAST"), "RANGE", 0),
                amount(aug.node("SATURATION"), "RANGE", 0),
                new Amount(hue.getDouble("PROB", 0, 1), -degrees, degrees),
                amount(aug.node("GAMMA"), "RANGE", Double.MIN_VALUE),
                amount(aug.node("CLAHE"), "CLIP_LIMIT", 0),
                new ImageSize(tiles[0], tiles[1]),
                amount(aug.node("BLUR"), "SIGMA", 0),
                amount(aug.node("NOISE"), "SIGMA", 0));
    }

    private static Amount amount(ConfigNode node, String key, double least) {
        String expected = least == 0 ? "[lowest, highest] of 0 or more" : ABOVE_ZERO;
        double[] range = range(node, key, least, expected);
        return new Amount(node.getDouble("PROB", 0, 1), range[0], range[1]);
    }

    private static LargeScaleJitter largeScaleJitter(ConfigNode jitter) {
        double[] scale = range(jitter, "SCALE", Double.MIN_VALUE, ABOVE_ZERO);
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
