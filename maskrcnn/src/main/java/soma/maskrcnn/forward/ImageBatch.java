package soma.maskrcnn.forward;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;

import java.util.List;

/**
 * Images as the network takes them: normalised, then padded with zeros on the right and bottom to a
 * common size. True sizes are kept for clipping.
 */
public final class ImageBatch {
    private final Tensor pixels;
    private final int[] heights;
    private final int[] widths;

    private ImageBatch(Tensor pixels, int[] heights, int[] widths) {
        this.pixels = pixels;
        this.heights = heights;
        this.widths = widths;
    }

    /**
     * Normalises {@code (pixel - mean) / std} and pads.
     *
     * @param images 3 channels each, in the order of {@code mean}
     * @param divisibility extents are rounded up to a multiple of this
     */
    public static ImageBatch of(
            List<Image8> images, double[] mean, double[] std, int divisibility) {
        int n = images.size();
        int[] heights = new int[n];
        int[] widths = new int[n];
        int maxH = 0;
        int maxW = 0;
        for (int i = 0; i < n; i++) {
            Image8 image = images.get(i);
            requireChannels(images, i, mean.length);
            heights[i] = image.height();
            widths[i] = image.width();
            maxH = Math.max(maxH, heights[i]);
            maxW = Math.max(maxW, widths[i]);
        }
        int h = padded(maxH, divisibility);
        int w = padded(maxW, divisibility);
        int c = mean.length;
        float[] all = new float[n * h * w * c];
        for (int i = 0; i < n; i++) {
            normalise(images.get(i), mean, std, all, i * h * w * c, w * c);
        }
        return new ImageBatch(Tensor.of(all, n, h, w, c), heights, widths);
    }

    /**
     * Normalises, then resizes in float (bilinear, without antialias) and pads, as torchvision's
     * {@code GeneralizedRCNNTransform} does.
     *
     * @param sizes that the images take
     */
    public static ImageBatch resized(
            List<Image8> images,
            List<ImageSize> sizes,
            double[] mean,
            double[] std,
            int divisibility) {
        int c = mean.length;
        int h = padded(sizes.stream().mapToInt(ImageSize::height).max().orElse(0), divisibility);
        int w = padded(sizes.stream().mapToInt(ImageSize::width).max().orElse(0), divisibility);
        int n = images.size();
        float[] all = new float[n * h * w * c];
        int[] heights = new int[n];
        int[] widths = new int[n];
        for (int i = 0; i < n; i++) {
            heights[i] = sizes.get(i).height();
            widths[i] = sizes.get(i).width();
            requireChannels(images, i, c);
            float[] rows = resized(images.get(i), sizes.get(i), mean, std);
            int row = widths[i] * c;
            for (int y = 0; y < heights[i]; y++) {
                System.arraycopy(rows, y * row, all, (i * h + y) * w * c, row);
            }
        }
        return new ImageBatch(Tensor.of(all, n, h, w, c), heights, widths);
    }

    private static float[] resized(Image8 image, ImageSize size, double[] mean, double[] std) {
        int row = image.width() * mean.length;
        float[] normalised = new float[image.height() * row];
        normalise(image, mean, std, normalised, 0, row);
        try (Scope _ = Scope.open("resize")) {
            Tensor x = Tensor.of(normalised, 1, image.height(), image.width(), mean.length);
            return Functional.bilinear(x, size.height(), size.width()).toFloats();
        }
    }

    private static int padded(int extent, int divisibility) {
        return (extent + divisibility - 1) / divisibility * divisibility;
    }

    private static void requireChannels(List<Image8> images, int i, int channels) {
        int got = images.get(i).channels();
        if (got != channels) {
            throw ShapeException.of("image batch", "channels of image " + i, channels, got);
        }
    }

    private static void normalise(
            Image8 image, double[] mean, double[] std, float[] out, int offset, int rowStride) {
        int c = mean.length;
        // 256 possible values a channel: the division is done once for each.
        float[] table = new float[256 * c];
        for (int v = 0; v < 256; v++) {
            for (int k = 0; k < c; k++) {
                table[v * c + k] = (v - (float) mean[k]) / (float) std[k];
            }
        }
        byte[] pixels = image.pixels();
        int row = image.width() * c;
        for (int y = 0; y < image.height(); y++) {
            int from = y * row;
            int to = offset + y * rowStride;
            for (int x = 0; x < row; x += c) {
                for (int k = 0; k < c; k++) {
                    out[to + x + k] = table[(pixels[from + x + k] & 255) * c + k];
                }
            }
        }
    }

    /** [n,H,W,c], normalised and padded. */
    public Tensor pixels() {
        return pixels;
    }

    /** Number of images. */
    public int size() {
        return heights.length;
    }

    /** True height of image {@code i}. */
    public int height(int i) {
        return heights[i];
    }

    /** True width of image {@code i}. */
    public int width(int i) {
        return widths[i];
    }
}
