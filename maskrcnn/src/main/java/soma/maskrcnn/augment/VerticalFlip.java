package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.tensor.spi.PixelOrder;

/**
 * Mirrors top to bottom: {@code y} becomes {@code H - y}.
 *
 * @param inputSize size of the image
 */
public record VerticalFlip(ImageSize inputSize) implements Transform {
    @Override
    public ImageSize outputSize() {
        return inputSize;
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("VerticalFlip", inputSize, image);
        return image.reorder(PixelOrder.flipped(image.height(), image.width(), false, true));
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("VerticalFlip", inputSize, mask);
        return mask.flipVertical();
    }

    @Override
    public double[] applyPoints(double[] points) {
        double[] mapped = points.clone();
        for (int i = 1; i < mapped.length; i += 2) {
            mapped[i] = inputSize.height() - mapped[i];
        }
        return mapped;
    }

    @Override
    public VerticalFlip inverse() {
        return this;
    }
}
