package soma.maskrcnn.forward;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
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
     * @param images UINT8 [h,w,3] each, channels in the order of {@code mean}
     * @param divisibility extents are rounded up to a multiple of this
     */
    public static ImageBatch of(
            List<Tensor> images, double[] mean, double[] std, int divisibility) {
        int n = images.size();
        int[] heights = new int[n];
        int[] widths = new int[n];
        int maxH = 0;
        int maxW = 0;
        for (int i = 0; i < n; i++) {
            Tensor image = images.get(i);
            requireChannels(i, mean.length, image.dim(2));
            heights[i] = image.dim(0);
            widths[i] = image.dim(1);
            maxH = Math.max(maxH, heights[i]);
            maxW = Math.max(maxW, widths[i]);
        }
        int h = padded(maxH, divisibility);
        int w = padded(maxW, divisibility);
        return new ImageBatch(Images.normalisePad(images, mean, std, h, w), heights, widths);
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
                Image8 image = images.get(i);
                requireChannels(i, c, image.channels());
                Tensor normalised =
                        Images.normalisePad(
                                List.of(image.toTensor()),
                                mean,
                                std,
                                image.height(),
                                image.width());
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

    private static int padded(int extent, int divisibility) {
        return (extent + divisibility - 1) / divisibility * divisibility;
    }

    private static void requireChannels(int i, int expected, int got) {
        if (got != expected) {
            throw ShapeException.of("image batch", "channels of image " + i, expected, got);
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
