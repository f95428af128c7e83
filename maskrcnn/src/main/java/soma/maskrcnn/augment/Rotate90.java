package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.tensor.spi.PixelOrder;

/**
 * Turns an image counterclockwise by quarter turns, as {@code numpy.rot90} does; no pixel is
 * resampled. By one turn, {@code (x, y)} becomes {@code (y, W - x)}.
 *
 * @param inputSize size of the image
 * @param turns quarter turns, 1 to 3
 */
public record Rotate90(ImageSize inputSize, int turns) implements Transform {
    /** Checks the number of turns. */
    public Rotate90 {
        if (turns < 1 || turns > 3) {
            throw new IllegalArgumentException("Rotate90: expected 1 to 3 turns, got " + turns);
        }
    }

    @Override
    public ImageSize outputSize() {
        return turns == 2 ? inputSize : new ImageSize(inputSize.width(), inputSize.height());
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("Rotate90", inputSize, image);
        return image.reorder(PixelOrder.turned(image.height(), image.width(), turns));
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("Rotate90", inputSize, mask);
        return switch (turns) {
            case 1 -> mask.transpose().flipVertical();
            case 2 -> mask.flipHorizontal().flipVertical();
            default -> mask.transpose().flipHorizontal();
        };
    }

    @Override
    public double[] applyPoints(double[] points) {
        double[] mapped = new double[points.length];
        for (int i = 0; i < points.length; i += 2) {
            double x = points[i];
            double y = points[i + 1];
            mapped[i] =
                    switch (turns) {
                        case 1 -> y;
                        case 2 -> inputSize.width() - x;
                        default -> inputSize.height() - y;
                    };
            mapped[i + 1] =
                    switch (turns) {
                        case 1 -> inputSize.width() - x;
                        case 2 -> inputSize.height() - y;
                        default -> x;
                    };
        }
        return mapped;
    }

    @Override
    public Rotate90 inverse() {
        return new Rotate90(outputSize(), 4 - turns);
    }
}
