package soma.maskrcnn.structures;

/** How a square of mask probabilities is resampled into its box, in float32. */
public enum MaskPaste {
    /**
     * detectron2's {@code paste_masks_in_image}: {@code grid_sample}, bilinear, zeros outside,
     * {@code align_corners=False}.
     */
    DETECTRON2 {
        @Override
        Axis axis(float low, float high, int side, int extent) {
            int from = (int) Math.clamp(Math.floor(low) - 1, 0, extent);
            int to = (int) Math.clamp(Math.ceil(high) + 1, from, extent);
            Axis axis = new Axis(from, to);
            for (int i = 0; i < to - from; i++) {
                float grid = (from + i + 0.5f - low) / (high - low) * 2 - 1;
                float at = (grid + 1) * (side / 2f) - 0.5f;
                float floor = (float) Math.floor(at);
                // Further out, all taps are zeros.
                axis.first[i] = (int) Math.clamp(floor, -2f, side);
                axis.second[i] = at - floor;
            }
            return axis;
        }

        @Override
        float mix(float[] taps, float east, float south) {
            float north = 1 - south;
            float west = 1 - east;
            return taps[0] * (north * west)
                    + taps[1] * (north * east)
                    + taps[2] * (south * west)
                    + taps[3] * (south * east);
        }

        @Override
        int last(int side) {
            return Integer.MAX_VALUE;
        }
    },
    /**
     * torchvision's {@code paste_masks_in_image}: masks get a border of zeros, boxes grow with it
     * and are cut to whole pixels, and the mask is resized into them, bilinear with repeated edges.
     */
    TORCHVISION {
        @Override
        Axis axis(float low, float high, int side, int extent) {
            int padded = side + 2 * BORDER;
            float half = (high - low) * 0.5f * ((float) padded / side);
            float centre = (high + low) * 0.5f;
            int begin = (int) (centre - half);
            int pixels = Math.max((int) (centre + half) - begin + 1, 1);
            int from = Math.clamp(begin, 0, extent);
            int to = Math.clamp((long) begin + pixels, from, extent);
            Axis axis = new Axis(from, to);
            float scale = (float) padded / pixels;
            for (int i = 0; i < to - from; i++) {
                float source = Math.max((from - begin + i + 0.5f) * scale - 0.5f, 0);
                axis.first[i] = (int) source - BORDER;
                axis.second[i] = source - (int) source;
            }
            return axis;
        }

        @Override
        float mix(float[] taps, float east, float south) {
            float above = (1 - east) * taps[0] + east * taps[1];
            float below = (1 - east) * taps[2] + east * taps[3];
            return (1 - south) * above + south * below;
        }

        @Override
        int last(int side) {
            return side - 1 + BORDER;
        }
    };

    private static final int BORDER = 1;

    /**
     * The pixels of a box along one axis of the image.
     *
     * @param from the first
     * @param first of each pixel the lower of the two values that it mixes; outside the square: 0
     * @param second of each pixel the share of the upper one
     */
    record Axis(int from, int[] first, float[] second) {
        Axis(int from, int to) {
            this(from, new int[to - from], new float[to - from]);
        }

        int length() {
            return first.length;
        }
    }

    abstract Axis axis(float low, float high, int side, int extent);

    /** One pixel from its four values: upper left, upper right, lower left, lower right. */
    abstract float mix(float[] taps, float east, float south);

    /** The highest position of a value; beyond, it is repeated. */
    abstract int last(int side);

    MaskWindow window(float[] square, int side, float[] box, int height, int width) {
        Axis xs = axis(box[0], box[2], side, width);
        Axis ys = axis(box[1], box[3], side, height);
        float[] values = new float[xs.length() * ys.length()];
        float[] taps = new float[4];
        int last = last(side);
        int at = 0;
        for (int y = 0; y < ys.length(); y++) {
            int upper = ys.first[y];
            int lower = Math.min(upper + 1, last);
            for (int x = 0; x < xs.length(); x++) {
                int left = xs.first[x];
                int right = Math.min(left + 1, last);
                taps[0] = tap(square, side, upper, left);
                taps[1] = tap(square, side, upper, right);
                taps[2] = tap(square, side, lower, left);
                taps[3] = tap(square, side, lower, right);
                values[at++] = mix(taps, xs.second[x], ys.second[y]);
            }
        }
        MaskBounds bounds =
                new MaskBounds(xs.from, ys.from, xs.from + xs.length(), ys.from + ys.length());
        return new MaskWindow(bounds, values);
    }

    private static float tap(float[] square, int side, int y, int x) {
        boolean inside = y >= 0 && y < side && x >= 0 && x < side;
        return inside ? square[y * side + x] : 0;
    }
}
