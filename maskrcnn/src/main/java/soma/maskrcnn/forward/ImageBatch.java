package soma.maskrcnn.forward;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Images;
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
        return new ImageBatch(
                Images.normalisePad(
                        images.stream().map(ImageBatch::bytes).toList(), mean, std, h, w),
                heights,
                widths);
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
        int[] heights = new int[n];
        int[] widths = new int[n];
        Tensor[] parts = new Tensor[n];
        try (Scope scope = Scope.open("resize")) {
            for (int i = 0; i < n; i++) {
                heights[i] = sizes.get(i).height();
                widths[i] = sizes.get(i).width();
                requireChannels(images, i, c);
                Image8 image = images.get(i);
                Tensor normalised =
                        Images.normalisePad(
                                List.of(bytes(image)), mean, std, image.height(), image.width());
                parts[i] = pad(Functional.bilinear(normalised, heights[i], widths[i]), h, w);
            }
            return new ImageBatch(scope.promote(Tensor.concat(0, parts)), heights, widths);
        }
    }

    /** Zeros on the right and bottom of [1,h,w,c]. */
    private static Tensor pad(Tensor x, int height, int width) {
        int c = x.dim(3);
        Tensor wide = Tensor.concat(2, x, Tensor.zeros(1, x.dim(1), width - x.dim(2), c));
        return Tensor.concat(1, wide, Tensor.zeros(1, height - x.dim(1), width, c));
    }

    /** UINT8 [h,w,c]. */
    private static Tensor bytes(Image8 image) {
        return Tensor.of(
                DType.UINT8, image.pixels(), image.height(), image.width(), image.channels());
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
