package soma.maskrcnn.rpn;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;
import soma.tensor.SomaException;

/**
 * {@code MODEL.ANCHOR_GENERATOR}.
 *
 * @param sizes side of the square anchor in pixels, for each level (or one list for all)
 * @param aspectRatios height over width, for each level (or one list for all)
 * @param offset of the anchor's centre from the cell's corner, in strides
 * @param torchvision whether the corners of a cell's anchors are rounded to whole pixels, and a
 *     level's stride is the padded image's size over the map's, rounded down
 */
public record AnchorConfig(
        double[][] sizes, double[][] aspectRatios, double offset, boolean torchvision) {
    /** Reads and checks the node. */
    public static AnchorConfig from(Config config) {
        AnchorConfig c =
                new AnchorConfig(
                        config.getDoubleLists("MODEL.ANCHOR_GENERATOR.SIZES"),
                        config.getDoubleLists("MODEL.ANCHOR_GENERATOR.ASPECT_RATIOS"),
                        config.getDouble("MODEL.ANCHOR_GENERATOR.OFFSET", 0, 1),
                        Flavour.isTorchvision(config));
        int levels = config.getStrings("MODEL.RPN.IN_FEATURES").size();
        requireLevels("SIZES", c.sizes, levels);
        requireLevels("ASPECT_RATIOS", c.aspectRatios, levels);
        for (int l = 1; l < levels; l++) {
            if (c.anchorsPerCell(l) != c.anchorsPerCell(0)) {
                throw new SomaException(
                        "MODEL.ANCHOR_GENERATOR: expected as many anchors on each level, since the"
                                + " head is shared, got "
                                + c.anchorsPerCell(0)
                                + " and "
                                + c.anchorsPerCell(l));
            }
        }
        return c;
    }

    private static void requireLevels(String key, double[][] lists, int levels) {
        if (lists.length != 1 && lists.length != levels) {
            throw new SomaException(
                    "MODEL.ANCHOR_GENERATOR."
                            + key
                            + ": expected one list or "
                            + levels
                            + ", one for each level, got "
                            + lists.length);
        }
    }

    double[] sizes(int level) {
        return sizes.length == 1 ? sizes[0] : sizes[level];
    }

    double[] aspectRatios(int level) {
        return aspectRatios.length == 1 ? aspectRatios[0] : aspectRatios[level];
    }

    /** Anchors at each cell of a level. */
    public int anchorsPerCell(int level) {
        return sizes(level).length * aspectRatios(level).length;
    }
}
