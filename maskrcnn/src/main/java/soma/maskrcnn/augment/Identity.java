package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

/**
 * Changes nothing: what an augmentation draws when it leaves an image alone.
 *
 * @param inputSize size of the image
 */
public record Identity(ImageSize inputSize) implements Transform {
    @Override
    public ImageSize outputSize() {
        return inputSize;
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("Identity", inputSize, image);
        return image;
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("Identity", inputSize, mask);
        return mask;
    }

    @Override
    public double[] applyPoints(double[] points) {
        return points.clone();
    }

    @Override
    public Identity inverse() {
        return this;
    }
}
