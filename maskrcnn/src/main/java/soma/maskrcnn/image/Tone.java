package soma.maskrcnn.image;

import soma.tensor.cpu.image.Blending;

/**
 * Brightness, contrast, gamma and saturation of an 8-bit image, to the bytes that detectron2
 * (fvcore {@code BlendTransform}) and numpy give: products in 32 bits, cut off to whole numbers,
 * limited to 0 to 255.
 */
public final class Tone {
    private Tone() {}

    /**
     * Multiplies by {@code weight}: a blend with black (detectron2 {@code RandomBrightness}).
     *
     * @param weight 1 changes nothing, 0 gives black
     */
    public static Image8 brightness(Image8 image, double weight) {
        return map(image, Blending.table(0, weight));
    }

    /**
     * Blends with the mean of all samples (detectron2 {@code RandomContrast}).
     *
     * @param weight 1 changes nothing, 0 gives the mean
     */
    public static Image8 contrast(Image8 image, double weight) {
        long sum = 0;
        for (byte sample : image.pixels()) {
            sum += sample & 0xff;
        }
        double mean = (double) sum / image.pixels().length;
        return map(image, Blending.table(mean, weight));
    }

    /**
     * Raises samples as parts of 255 to the power of {@code gamma}, rounded to the nearest.
     *
     * @param gamma above 0; 1 changes nothing, less makes brighter
     */
    public static Image8 gamma(Image8 image, double gamma) {
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = (byte) Math.rint(255 * Math.pow(v / 255.0, gamma));
        }
        return map(image, table);
    }

    /**
     * Blends each pixel with its gray value (detectron2 {@code RandomSaturation}, whose weights are
     * for red, green and blue).
     *
     * @param image blue, green, red; a gray one comes back as it is
     * @param weight 1 changes nothing, 0 gives gray
     */
    public static Image8 saturation(Image8 image, double weight) {
        if (image.channels() == 1) {
            return image;
        }
        byte[] to = new byte[image.pixels().length];
        Blending.gray(image.pixels(), 0, weight, to, 0, to.length / 3);
        return new Image8(image.height(), image.width(), 3, to);
    }

    private static Image8 map(Image8 image, byte[] table) {
        byte[] to = new byte[image.pixels().length];
        Blending.map(image.pixels(), 0, table, to, 0, to.length);
        return new Image8(image.height(), image.width(), image.channels(), to);
    }
}
