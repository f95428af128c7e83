package soma.tensor;

import soma.tensor.spi.PillowTaps;
import soma.tensor.spi.PixelOrder;
import soma.tensor.spi.ReduceKernels.Reduce;

import java.util.List;

/** Images as they are read, UINT8 [h,w,c], on their way to the network; without gradients. */
public final class Images {
    private Images() {}

    /**
     * Normalises images, {@code (pixel - mean) / std} in float32, and pads them with zeros on the
     * right and bottom to a common size.
     *
     * @param images UINT8 [h,w,c] each, of up to {@code height} and {@code width}
     * @param mean of each of c channels
     * @param std of each of c channels
     * @return FLOAT32 [n,height,width,c]
     */
    public static Tensor normalisePad(
            List<Tensor> images, double[] mean, double[] std, int height, int width) {
        int c = mean.length;
        if (std.length != c) {
            throw ShapeException.of("normalisePad", "std", c + " channels", std.length);
        }
        float[] statistics = new float[2 * c];
        for (int k = 0; k < c; k++) {
            statistics[k] = (float) mean[k];
            statistics[c + k] = (float) std[k];
        }
        Tensor meanStd = Tensor.of(statistics, 2, c);
        int n = images.size();
        Tensor out = Tensor.empty("normalisePad", DType.FLOAT32, Shape.of(n, height, width, c));
        Tensor rows = out.reshape(n * height, width, c);
        for (int i = 0; i < n; i++) {
            Tensor image = images.get(i);
            require("normalisePad", image);
            OpChecks.shape("normalisePad", "image", image, image.dim(0), image.dim(1), c);
            if (image.dim(0) > height || image.dim(1) > width) {
                throw ShapeException.of(
                        "normalisePad", "image", "up to " + height + " x " + width, image.shape());
            }
            out.backend()
                    .images()
                    .normalisePad(
                            image.contiguous().view(),
                            meanStd.view(),
                            rows.slice(0, i * height, (i + 1) * height).view());
        }
        return out;
    }

    /**
     * Resizes with the bytes of Pillow's {@code Image.resize}, BILINEAR: a triangle filter that
     * widens where an axis shrinks ({@link PillowTaps}), columns first, with bytes between the
     * passes. The image itself comes back when the size is the same.
     *
     * @param image UINT8 [h,w,c], at least one pixel
     * @return UINT8 [height,width,c]
     */
    public static Tensor resize(Tensor image, int height, int width) {
        require("resize", image);
        if (Math.min(height, width) < 1 || Math.min(image.dim(0), image.dim(1)) < 1) {
            throw ShapeException.of(
                    "resize",
                    "image",
                    "sizes of at least 1 x 1",
                    image.shape() + " to " + height + " x " + width);
        }
        int c = image.dim(2);
        Tensor result = image;
        if (width != image.dim(1)) {
            result = resample(result, width);
        }
        if (height != image.dim(0)) {
            Tensor rows = result.reshape(1, image.dim(0), width * c);
            result = resample(rows, height).reshape(height, width, c);
        }
        return result;
    }

    /** The middle axis of UINT8 [outer,from,inner] becomes {@code to} long. */
    private static Tensor resample(Tensor x, int to) {
        int[] table = PillowTaps.table(x.dim(1), to);
        Tensor taps = Tensor.of(table, to, table.length / to);
        Tensor out = Tensor.empty("resize", DType.UINT8, Shape.of(x.dim(0), to, x.dim(2)));
        out.backend().images().resample(x.contiguous().view(), taps.view(), out.view());
        return out;
    }

    /**
     * Mirrors an image. It comes back itself when there is nothing to mirror.
     *
     * @param image UINT8 [h,w,c]
     * @param horizontal left to right
     * @param vertical top to bottom
     * @return UINT8 [h,w,c]
     */
    public static Tensor flip(Tensor image, boolean horizontal, boolean vertical) {
        require("flip", image);
        return horizontal || vertical
                ? reorder(
                        "flip",
                        image,
                        PixelOrder.flipped(image.dim(0), image.dim(1), horizontal, vertical))
                : image;
    }

    /**
     * Turns an image counterclockwise, as {@code numpy.rot90} does. It comes back itself by no
     * turn.
     *
     * @param image UINT8 [h,w,c]
     * @param turns quarter turns, 0 to 3
     * @return UINT8 [h,w,c], or [w,h,c] by one or three turns
     */
    public static Tensor rotate90(Tensor image, int turns) {
        require("rotate90", image);
        PixelOrder order = PixelOrder.turned(image.dim(0), image.dim(1), turns);
        return turns == 0 ? image : reorder("rotate90", image, order);
    }

    private static Tensor reorder(String op, Tensor image, PixelOrder order) {
        Shape shape = Shape.of(order.height(), order.width(), image.dim(2));
        Tensor out = Tensor.empty(op, DType.UINT8, shape);
        out.backend().images().reorder(image.contiguous().view(), order, out.view());
        return out;
    }

    /**
     * Multiplies all bytes by {@code weight}, to the bytes of detectron2's {@code RandomBrightness}
     * (fvcore {@code BlendTransform}): limited to 0 to 255 and cut off.
     *
     * @param image UINT8 [h,w,c]
     * @param weight 1 changes nothing, 0 gives black
     * @return UINT8 [h,w,c]
     */
    public static Tensor brightness(Tensor image, double weight) {
        require("brightness", image);
        Tensor out = Tensor.empty("brightness", DType.UINT8, image.shape());
        out.backend().images().blend(image.contiguous().view(), null, weight, out.view());
        return out;
    }

    /**
     * Blends all bytes with their mean, to the bytes of detectron2's {@code RandomContrast}.
     *
     * @param image UINT8 [h,w,c]
     * @param weight 1 changes nothing, 0 gives the mean
     * @return UINT8 [h,w,c]
     */
    public static Tensor contrast(Tensor image, double weight) {
        require("contrast", image);
        Tensor bytes = image.contiguous();
        // Exact, whatever the order: float64 holds any sum of so many bytes.
        Tensor sum = Tensor.empty("contrast", DType.FLOAT64, Shape.of(1));
        sum.backend().reduce().reduce(Reduce.SUM, bytes.reshape(bytes.size()).view(), sum.view());
        Tensor out = Tensor.empty("contrast", DType.UINT8, image.shape());
        out.backend().images().blend(bytes.view(), sum.view(), weight, out.view());
        return out;
    }

    /**
     * Blends each pixel with its gray value, to the bytes of detectron2's {@code RandomSaturation}.
     *
     * @param image UINT8 [h,w,3]: blue, green, red
     * @param weight 1 changes nothing, 0 gives gray
     * @return UINT8 [h,w,3]
     */
    public static Tensor saturation(Tensor image, double weight) {
        require("saturation", image);
        OpChecks.shape("saturation", "image", image, image.dim(0), image.dim(1), 3);
        Tensor out = Tensor.empty("saturation", DType.UINT8, image.shape());
        out.backend().images().blendGray(image.contiguous().view(), weight, out.view());
        return out;
    }

    private static void require(String op, Tensor image) {
        OpChecks.rank(op, "image", image, 3);
        OpChecks.dtype(op, "image", image, DType.UINT8);
    }
}
