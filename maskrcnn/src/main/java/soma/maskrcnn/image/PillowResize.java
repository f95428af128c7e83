package soma.maskrcnn.image;

import java.util.Arrays;

/**
 * Resizing with the bytes of Pillow's {@code Image.resize}, which detectron2 uses for 8-bit images
 * and bitmaps.
 *
 * <p>Bilinear is a triangle filter that widens when an axis shrinks (antialias), horizontal pass
 * first, with an 8-bit image between the passes and fixed-point weights of 22 bits ({@code
 * libImaging/Resample.c}). Methods are free of shared state and may run on many threads.
 */
public final class PillowResize {
    private static final int PRECISION_BITS = 22;
    private static final int HALF = 1 << (PRECISION_BITS - 1);

    private PillowResize() {}

    /** Resizes with the triangle filter; the image itself comes back when the size is the same. */
    public static Image8 bilinear(Image8 image, int height, int width) {
        requirePositive(height, width);
        Image8 result = image;
        if (width != image.width()) {
            result = horizontal(result, Taps.of(image.width(), width), width);
        }
        if (height != image.height()) {
            result = vertical(result, Taps.of(image.height(), height), height);
        }
        return result;
    }

    /** Resizes each channel by {@link #nearestIndices}; the result is a new image. */
    public static Image8 nearest(Image8 image, int height, int width) {
        requirePositive(height, width);
        int[] rows = nearestIndices(image.height(), height);
        int[] columns = nearestIndices(image.width(), width);
        int channels = image.channels();
        byte[] from = image.pixels();
        byte[] to = new byte[Math.multiplyExact(height * channels, width)];
        for (int y = 0, o = 0; y < height; y++) {
            int row = rows[y] * image.width();
            for (int x = 0; x < width; x++) {
                int i = (row + columns[x]) * channels;
                for (int c = 0; c < channels; c++) {
                    to[o++] = from[i + c];
                }
            }
        }
        return new Image8(height, width, channels, to);
    }

    /**
     * Source index of each target index along one axis, by Pillow's NEAREST.
     *
     * <p>The position is an accumulated double, rounding errors included: {@code (i + 0.5) * from /
     * to} would give other indices.
     */
    public static int[] nearestIndices(int from, int to) {
        int[] indices = new int[to];
        double step = (double) from / to;
        double position = 0.5 * step;
        for (int i = 0; i < to; i++) {
            indices[i] = Math.min((int) position, from - 1);
            position += step;
        }
        return indices;
    }

    private static void requirePositive(int height, int width) {
        if (height <= 0 || width <= 0) {
            throw new IllegalArgumentException(
                    "PillowResize: expected a size of at least 1x1, got " + height + "x" + width);
        }
    }

    /**
     * Fixed-point weights of one axis: target {@code i} is the sum over {@code k < count[i]} of
     * source {@code first[i] + k} times {@code weights[i * stride + k]}.
     */
    private record Taps(int[] first, int[] count, int[] weights, int stride) {
        static Taps of(int from, int to) {
            double scale = (double) from / to;
            double filterScale = Math.max(scale, 1.0);
            double support = filterScale;
            int stride = (int) Math.ceil(support) * 2 + 1;
            int[] first = new int[to];
            int[] count = new int[to];
            int[] weights = new int[Math.multiplyExact(to, stride)];
            double[] exact = new double[stride];
            for (int i = 0; i < to; i++) {
                double center = (i + 0.5) * scale;
                int low = Math.max(0, (int) (center - support + 0.5));
                int high = Math.min(from, (int) (center + support + 0.5));
                double sum = 0;
                for (int j = low; j < high; j++) {
                    // Pillow multiplies by the reciprocal; a division would round differently.
                    double t = Math.abs((j - center + 0.5) * (1.0 / filterScale));
                    double weight = t < 1.0 ? 1.0 - t : 0.0;
                    exact[j - low] = weight;
                    sum += weight;
                }
                first[i] = low;
                count[i] = high - low;
                for (int k = 0; k < high - low; k++) {
                    double weight = sum != 0 ? exact[k] / sum : exact[k];
                    weights[i * stride + k] = (int) (0.5 + weight * (1 << PRECISION_BITS));
                }
            }
            return new Taps(first, count, weights, stride);
        }
    }

    private static Image8 horizontal(Image8 image, Taps taps, int width) {
        int height = image.height();
        int channels = image.channels();
        byte[] from = image.pixels();
        byte[] to = new byte[Math.multiplyExact(height * channels, width)];
        for (int y = 0; y < height; y++) {
            int rowFrom = y * image.width() * channels;
            int rowTo = y * width * channels;
            if (channels == 1) {
                horizontalGray(from, rowFrom, to, rowTo, taps, width);
            } else {
                horizontalColor(from, rowFrom, to, rowTo, taps, width);
            }
        }
        return new Image8(height, width, channels, to);
    }

    private static void horizontalGray(
            byte[] from, int rowFrom, byte[] to, int rowTo, Taps taps, int width) {
        int[] weights = taps.weights;
        for (int x = 0; x < width; x++) {
            int source = rowFrom + taps.first[x];
            int weight = x * taps.stride;
            int sum = HALF;
            for (int k = 0; k < taps.count[x]; k++) {
                sum += (from[source + k] & 0xff) * weights[weight + k];
            }
            to[rowTo + x] = clamp(sum);
        }
    }

    private static void horizontalColor(
            byte[] from, int rowFrom, byte[] to, int rowTo, Taps taps, int width) {
        int[] weights = taps.weights;
        for (int x = 0; x < width; x++) {
            int source = rowFrom + 3 * taps.first[x];
            int weight = x * taps.stride;
            int blue = HALF;
            int green = HALF;
            int red = HALF;
            for (int k = 0; k < taps.count[x]; k++, source += 3) {
                int w = weights[weight + k];
                blue += (from[source] & 0xff) * w;
                green += (from[source + 1] & 0xff) * w;
                red += (from[source + 2] & 0xff) * w;
            }
            int o = rowTo + 3 * x;
            to[o] = clamp(blue);
            to[o + 1] = clamp(green);
            to[o + 2] = clamp(red);
        }
    }

    private static Image8 vertical(Image8 image, Taps taps, int height) {
        int rowBytes = image.width() * image.channels();
        byte[] from = image.pixels();
        byte[] to = new byte[Math.multiplyExact(height, rowBytes)];
        int[] sums = new int[rowBytes];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < taps.count[y]; k++) {
                accumulate(
                        from,
                        (taps.first[y] + k) * rowBytes,
                        sums,
                        taps.weights[y * taps.stride + k]);
            }
            int o = y * rowBytes;
            for (int i = 0; i < rowBytes; i++) {
                to[o + i] = clamp(sums[i]);
            }
        }
        return new Image8(height, image.width(), image.channels(), to);
    }

    private static void accumulate(byte[] from, int start, int[] sums, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (from[start + i] & 0xff) * weight;
        }
    }

    private static byte clamp(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> PRECISION_BITS));
    }
}
