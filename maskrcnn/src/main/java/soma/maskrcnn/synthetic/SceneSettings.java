package soma.maskrcnn.synthetic;

/**
 * What a drawn image looks like as a whole.
 *
 * @param height rows, at least 16
 * @param width columns, at least 16
 * @param minCells fewest cells of an image, at least 1
 * @param maxCells most cells of an image
 * @param dominance probability that a cell is of the image's kind and not of a random one; 1 gives
 *     images of one kind, as in the Sartorius competition, 0 gives mixtures
 * @param cellScale size of the cells; 1 gives those of the competition's images in pixels
 */
public record SceneSettings(
        int height, int width, int minCells, int maxCells, double dominance, double cellScale) {
    /** Images of 256 rows and 320 columns with 12 to 80 cells of one kind. */
    public static final SceneSettings DEFAULT = new SceneSettings(256, 320, 12, 80, 1.0, 1.0);

    /** Checks the ranges. */
    public SceneSettings {
        boolean valid =
                height >= 16
                        && width >= 16
                        && minCells >= 1
                        && maxCells >= minCells
                        && dominance >= 0
                        && dominance <= 1
                        && cellScale > 0
                        && cellScale <= 20;
        if (!valid) {
            throw new IllegalArgumentException(
                    "SceneSettings: expected at least 16x16 pixels, 1 <= minCells <= maxCells,"
                            + " dominance 0..1 and cellScale 0..20, got "
                            + height
                            + "x"
                            + width
                            + ", "
                            + minCells
                            + ", "
                            + maxCells
                            + ", "
                            + dominance
                            + ", "
                            + cellScale);
        }
    }

    /** These settings for images of another size. */
    public SceneSettings withSize(int newHeight, int newWidth) {
        return new SceneSettings(newHeight, newWidth, minCells, maxCells, dominance, cellScale);
    }

    /** These settings with another number of cells. */
    public SceneSettings withCells(int fewest, int most) {
        return new SceneSettings(height, width, fewest, most, dominance, cellScale);
    }

    /** These settings with another share of the dominant kind. */
    public SceneSettings withDominance(double newDominance) {
        return new SceneSettings(height, width, minCells, maxCells, newDominance, cellScale);
    }

    /** These settings with smaller or larger cells. */
    public SceneSettings withCellScale(double newScale) {
        return new SceneSettings(height, width, minCells, maxCells, dominance, newScale);
    }
}
