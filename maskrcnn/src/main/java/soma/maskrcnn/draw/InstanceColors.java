package soma.maskrcnn.draw;

/** Colours that tell objects apart: the same for the same index, unlike for neighbouring ones. */
public final class InstanceColors {
    /** Hue step of the golden angle: any run of indices spreads evenly over the circle. */
    private static final double GOLDEN_TURN = 0.6180339887498949;

    private static final double[] SATURATIONS = {0.95, 0.65, 0.8};
    private static final double[] VALUES = {1.0, 0.85};

    private InstanceColors() {}

    /** The colour of object {@code index} as {@code 0xRRGGBB}: bright, never gray. */
    public static int rgb(int index) {
        double hue = index * GOLDEN_TURN;
        double saturation = SATURATIONS[Math.floorMod(index, SATURATIONS.length)];
        double value = VALUES[Math.floorMod(index / SATURATIONS.length, VALUES.length)];
        double sector = (hue - Math.floor(hue)) * 6;
        int red = channel(5, sector, saturation, value);
        int green = channel(3, sector, saturation, value);
        int blue = channel(1, sector, saturation, value);
        return red << 16 | green << 8 | blue;
    }

    /** HSV to RGB: the channel whose ramp starts at {@code n} sixths of the circle. */
    private static int channel(int n, double sector, double saturation, double value) {
        double k = (n + sector) % 6;
        double ramp = Math.clamp(Math.min(k, 4 - k), 0, 1);
        return (int) Math.round(255 * value * (1 - saturation * ramp));
    }
}
