package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.image.PillowResize;
import soma.maskrcnn.structures.Rle;

/**
 * Stretches an image to another size: pixels by Pillow's bilinear filter, masks by its nearest
 * neighbour, points by the ratio of the sizes (detectron2 {@code ResizeTransform}).
 *
 * @param inputSize size before
 * @param outputSize size after
 */
public record Resize(ImageSize inputSize, ImageSize outputSize) implements Transform {
    /** Checks that both sizes have pixels. */
    public Resize {
        if (Math.min(inputSize.height(), inputSize.width()) < 1
                || Math.min(outputSize.height(), outputSize.width()) < 1) {
            throw new IllegalArgumentException(
                    "Resize: expected sizes of at least 1x1, got "
                            + inputSize
                            + " to "
                            + outputSize);
        }
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("Resize", inputSize, image);
        return PillowResize.bilinear(image, outputSize.height(), outputSize.width());
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("Resize", inputSize, mask);
        return mask.resizeNearest(outputSize.height(), outputSize.width());
    }

    @Override
    public double[] applyPoints(double[] points) {
        double scaleX = (double) outputSize.width() / inputSize.width();
        double scaleY = (double) outputSize.height() / inputSize.height();
        double[] mapped = new double[points.length];
        for (int i = 0; i < points.length; i++) {
            mapped[i] = points[i] * ((i & 1) == 0 ? scaleX : scaleY);
        }
        return mapped;
    }

    @Override
    public Resize inverse() {
        return new Resize(outputSize, inputSize);
    }
}
