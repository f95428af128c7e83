package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

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
        int channels = image.channels();
        int rowBytes = image.width() * channels;
        byte[] from = image.pixels();
        byte[] to = new byte[from.length];
        for (int row = 0; row < from.length; row += rowBytes) {
            for (int i = 0; i < rowBytes; i += channels) {
                int mirrored = row + rowBytes - channels - i;
                for (int c = 0; c < channels; c++) {
                    to[mirrored + c] = from[row + i + c];
                }
            }
        }
        return new Image8(image.height(), image.width(), channels, to);
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
