package soma.maskrcnn.model;

import soma.maskrcnn.config.Config;

/**
 * The statistics that pixels are normalised with, in the order of {@code INPUT.FORMAT}.
 *
 * @param mean of each channel, on the scale 0 to 255
 * @param std of each channel
 */
public record Normalization(double[] mean, double[] std) {
    /** Reads {@code MODEL.PIXEL_MEAN} and {@code MODEL.PIXEL_STD}. */
    public static Normalization from(Config config) {
        double[] mean = config.getDoubles("MODEL.PIXEL_MEAN");
        double[] std = config.getDoubles("MODEL.PIXEL_STD", mean.length);
        for (double s : std) {
            if (!(s > 0)) {
                throw config.invalid("MODEL.PIXEL_STD", "positive numbers");
            }
        }
        return new Normalization(mean, std);
    }
}
