package soma.maskrcnn.synthetic;

import soma.maskrcnn.image.Image8;

/**
 * Turns optical thickness into what a phase-contrast microscope shows.
 *
 * <p>The phase ring shifts the undiffracted light against the rest, so that thickness appears dark,
 * less its own local average: the image is the thickness convolved with a point minus a disc, which
 * leaves a bright halo around thick cells (Yin, Li, Kanade and Chen, "Understanding the optics to
 * aid microscopy image segmentation", MICCAI 2010; the disc is a Gaussian here).
 */
final class PhaseContrast {
    /** Gray level of the empty dish, as in the competition's images. */
    private static final double BACKGROUND = 128;

    private static final double OPTICAL_BLUR = 0.6;
    private static final double HALO_SIGMA = 1.5;
    private static final double HALO_GAIN = 150;
    private static final double BODY_SIGMA = 6;
    private static final double BODY_GAIN = 20;
    private static final double SENSOR_NOISE = 1.9;

    private PhaseContrast() {}

    static Image8 expose(Field thickness, Dice dice) {
        int height = thickness.height;
        int width = thickness.width;
        Field sharp = thickness.blurred(OPTICAL_BLUR);
        Field near = sharp.blurred(HALO_SIGMA);
        Field far = near.blurred(BODY_SIGMA);
        Field noise = Field.noise(height, width, dice).blurred(0.55).normalized();
        double tiltX = 2.5 * dice.normal();
        double tiltY = 2.5 * dice.normal();
        double vignette = dice.between(0, 4);
        double phase = dice.angle();
        byte[] pixels = new byte[height * width];
        for (int y = 0, i = 0; y < height; y++) {
            double v = 2.0 * y / height - 1;
            for (int x = 0; x < width; x++, i++) {
                double u = 2.0 * x / width - 1;
                double light =
                        tiltX * u
                                + tiltY * v
                                - vignette * (u * u + v * v - 0.6)
                                + 1.2 * StrictMath.cos(2.5 * u + 1.8 * v + phase);
                double contrast =
                        HALO_GAIN * (near.values[i] - sharp.values[i])
                                + BODY_GAIN * (far.values[i] - near.values[i]);
                double value =
                        BACKGROUND + light + compressed(contrast) + SENSOR_NOISE * noise.values[i];
                pixels[i] = (byte) Math.clamp(Math.round(value), 0, 255);
            }
        }
        return new Image8(height, width, 1, pixels);
    }

    /**
     * Halos are brighter than bodies are dark; strong contrast bends towards the camera's range.
     */
    private static double compressed(double contrast) {
        double uneven = contrast > 0 ? 1.5 * contrast : contrast;
        return uneven / (1 + Math.abs(uneven) / 220);
    }
}
