package soma.maskrcnn.image;

import soma.tensor.cpu.image.Resampling;
import soma.tensor.spi.PillowTaps;

/**
 * Resizing with the bytes of Pillow's {@code Image.resize}, which detectron2 uses for 8-bit images
 * and bitmaps.
 *
 * <p>Bilinear is that of {@link soma.tensor.Images#resize}, for images that are no tensors. Methods
 * are free of shared state and may run on many threads.
 */
public final class PillowResize {
    private PillowResize() {}

    /** Resizes with the triangle filter; the image itself comes back when the size is the same. */
    public static Image8 bilinear(Image8 image, int height, int width) {
        requirePositive(height, width);
        int channels = image.channels();
        Image8 result = image;
        if (width != image.width()) {
            byte[] pixels =
                    resample(result.pixels(), image.height(), image.width(), channels, width);
            result = new Image8(image.height(), width, channels, pixels);
        }
        if (height != image.height()) {
            byte[] pixels = resample(result.pixels(), 1, image.height(), width * channels, height);
            result = new Image8(height, width, channels, pixels);
        }
        return result;
    }

    /** The middle axis of [outer,from,inner] becomes {@code to} long. */
    private static byte[] resample(byte[] in, int outer, int from, int inner, int to) {
        int[] taps = PillowTaps.table(from, to);
        byte[] out = new byte[Math.multiplyExact(outer * inner, to)];
        new Resampling(in, 0, from, inner, taps, 0, taps.length / to, to, out, 0)
                .run(0, outer * to, new int[inner]);
        return out;
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
}
