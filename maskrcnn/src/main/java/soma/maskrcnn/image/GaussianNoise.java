package soma.maskrcnn.image;

import java.util.random.RandomGenerator;

/** Adds normally distributed noise. */
public final class GaussianNoise {
    private GaussianNoise() {}

    /**
     * Adds one draw to all channels of each pixel, so that gray images stay gray; rounded to the
     * nearest and limited to 0 to 255.
     *
     * @param sigma standard deviation, in levels of 255
     */
    public static Image8 add(Image8 image, double sigma, RandomGenerator random) {
        int channels = image.channels();
        byte[] from = image.pixels();
        byte[] to = new byte[from.length];
        for (int i = 0; i < from.length; i += channels) {
            double noise = sigma * random.nextGaussian();
            for (int c = i; c < i + channels; c++) {
                to[c] = (byte) Math.clamp(Math.rint((from[c] & 0xff) + noise), 0, 255);
            }
        }
        return new Image8(image.height(), image.width(), channels, to);
    }
}
