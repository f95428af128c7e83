package soma.maskrcnn.draw;

/**
 * How an overlay looks.
 *
 * @param scale whole-numbered enlargement of the image, 1 to 8
 * @param fillOpacity opacity of the masks' areas, 0 to 1
 * @param maxBoxes boxes are drawn when an image has at most this many objects
 * @param maxLabels most labels of single objects; the counts by class are always shown
 */
public record OverlayStyle(int scale, double fillOpacity, int maxBoxes, int maxLabels) {
    private static final int READABLE_SIDE = 640;

    /** Checks the ranges. */
    public OverlayStyle {
        boolean valid =
                scale >= 1
                        && scale <= 8
                        && fillOpacity >= 0
                        && fillOpacity <= 1
                        && maxBoxes >= 0
                        && maxLabels >= 0;
        if (!valid) {
            throw new IllegalArgumentException(
                    "OverlayStyle: expected scale 1..8, opacity 0..1 and limits >= 0, got "
                            + scale
                            + ", "
                            + fillOpacity
                            + ", "
                            + maxBoxes
                            + ", "
                            + maxLabels);
        }
    }

    /** The style for an image of a size: small images are enlarged so that labels can be read. */
    public static OverlayStyle of(int height, int width) {
        int longest = Math.max(1, Math.max(height, width));
        return new OverlayStyle(Math.clamp(READABLE_SIDE / longest, 1, 4), 0.35, 80, 40);
    }
}
