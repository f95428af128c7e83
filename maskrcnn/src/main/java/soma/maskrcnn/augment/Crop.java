package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.util.Arrays;

/**
 * Takes a window of an image; where the window reaches beyond the image, it is padded (detectron2
 * {@code CropTransform} and {@code PadTransform}).
 *
 * @param inputSize size of the image
 * @param x0 column of the image that becomes the first, may be negative
 * @param y0 row of the image that becomes the first, may be negative
 * @param outputSize size of the window
 * @param fill value of the pixels outside the image, 0 to 255
 */
public record Crop(ImageSize inputSize, int x0, int y0, ImageSize outputSize, int fill)
        implements Transform {
    /** Checks the window and the value. */
    public Crop {
        if (Math.min(outputSize.height(), outputSize.width()) < 1 || fill < 0 || fill > 255) {
            throw new IllegalArgumentException(
                    "Crop: expected a window of at least 1x1 and a fill of 0 to 255, got "
                            + outputSize
                            + ", "
                            + fill);
        }
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("Crop", inputSize, image);
        int channels = image.channels();
        byte[] to =
                new byte[Math.multiplyExact(outputSize.height() * channels, outputSize.width())];
        int left = Math.max(0, x0);
        int right = Math.min(image.width(), x0 + outputSize.width());
        int top = Math.max(0, y0);
        int bottom = Math.min(image.height(), y0 + outputSize.height());
        if (fill != 0) {
            Arrays.fill(to, (byte) fill);
        }
        for (int y = top; y < bottom && left < right; y++) {
            System.arraycopy(
                    image.pixels(),
                    (y * image.width() + left) * channels,
                    to,
                    ((y - y0) * outputSize.width() + left - x0) * channels,
                    (right - left) * channels);
        }
        return new Image8(outputSize.height(), outputSize.width(), channels, to);
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("Crop", inputSize, mask);
        return mask.crop(x0, y0, outputSize.height(), outputSize.width());
    }

    @Override
    public double[] applyPoints(double[] points) {
        double[] mapped = new double[points.length];
        for (int i = 0; i < points.length; i++) {
            mapped[i] = points[i] - ((i & 1) == 0 ? x0 : y0);
        }
        return mapped;
    }

    /** Moves the points and cuts off what lies outside the window. */
    @Override
    public Polygons applyPolygons(Polygons polygons) {
        return Transform.super
                .applyPolygons(polygons)
                .clip(outputSize.width(), outputSize.height());
    }

    /** The window that has the input image where it was; what was cut off is padding there. */
    @Override
    public Crop inverse() {
        return new Crop(outputSize, -x0, -y0, inputSize, fill);
    }
}
