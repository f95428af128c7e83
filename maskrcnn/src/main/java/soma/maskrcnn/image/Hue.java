package soma.maskrcnn.image;

/** Turns colours on the wheel of hues; saturation and value (HSV) stay. */
public final class Hue {
    private Hue() {}

    /**
     * Adds an angle to the hue of every pixel, in doubles, rounded to the nearest (as Python's
     * {@code colorsys}, torchvision's {@code adjust_hue} without its 8-bit hues).
     *
     * @param image blue, green, red; pixels that are gray stay
     * @param degrees 120 makes red green
     */
    public static Image8 turn(Image8 image, double degrees) {
        if (image.channels() == 1) {
            return image;
        }
        double shift = degrees / 60;
        byte[] from = image.pixels();
        byte[] to = from.clone();
        for (int i = 0; i < from.length; i += 3) {
            int blue = from[i] & 0xff;
            int green = from[i + 1] & 0xff;
            int red = from[i + 2] & 0xff;
            int value = Math.max(red, Math.max(green, blue));
            int chroma = value - Math.min(red, Math.min(green, blue));
            if (chroma > 0) {
                double hue = sixths(red, green, blue, value, chroma) + shift;
                to[i] = channel(1, hue, value, chroma);
                to[i + 1] = channel(3, hue, value, chroma);
                to[i + 2] = channel(5, hue, value, chroma);
            }
        }
        return new Image8(image.height(), image.width(), 3, to);
    }

    /** The hue in sixths of the wheel: 0 is red, 2 green, 4 blue. */
    private static double sixths(int red, int green, int blue, int value, int chroma) {
        if (value == red) {
            return (double) (green - blue) / chroma;
        }
        if (value == green) {
            return 2 + (double) (blue - red) / chroma;
        }
        return 4 + (double) (red - green) / chroma;
    }

    /** A channel, whose place on the wheel {@code phase} tells, of a colour. */
    private static byte channel(int phase, double hue, int value, int chroma) {
        double place = (phase + hue) % 6;
        double k = place < 0 ? place + 6 : place;
        return (byte) Math.rint(value - chroma * Math.clamp(Math.min(k, 4 - k), 0, 1));
    }
}
