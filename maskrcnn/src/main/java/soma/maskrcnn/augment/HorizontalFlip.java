package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.tensor.spi.PixelOrder;

/**
 * Mirrors left to right: {@code x} becomes {@code W - x}.
 *
 * @param inputSize size of the image
 */
public record HorizontalFlip(ImageSize inputSize) implements Transform {
    @Override
    public ImageSize outputSize() {
        return inputSize;
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("HorizontalFlip", inputSize, image);
        return image.reorder(PixelOrder.flipped(image.height(), image.width(), true, false));
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("HorizontalFlip", inputSize, mask);
        return mask.flipHorizontal();
    }

    @Override
    public double[] applyPoints(double[] points) {
        double[] mapped = points.clone();
        for (int i = 0; i < mapped.length; i += 2) {
            mapped[i] = inputSize.width() - mapped[i];
        }
        return mapped;
    }

    @Override
    public HorizontalFlip inverse() {
        return this;
    }
}
