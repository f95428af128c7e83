package soma.maskrcnn.image;

import soma.tensor.DType;
import soma.tensor.Tensor;
import soma.tensor.cpu.image.Reordering;
import soma.tensor.spi.PixelOrder;

/**
 * An 8-bit image in memory: {@code pixels[(y * width + x) * channels + c]}, rows top down.
 *
 * @param height rows
 * @param width columns
 * @param channels 1 (gray) or 3 (blue, green, red, in this order as OpenCV and detectron2 have it)
 * @param pixels {@code height * width * channels} unsigned bytes; not copied, so treat them as
 *     immutable
 */
public record Image8(int height, int width, int channels, byte[] pixels) {
    /** Checks that the sizes and the array agree. */
    public Image8 {
        if (height < 0 || width < 0 || (channels != 1 && channels != 3)) {
            throw new IllegalArgumentException(
                    "Image8: expected sizes >= 0 and 1 or 3 channels, got "
                            + height
                            + "x"
                            + width
                            + "x"
                            + channels);
        }
        if (pixels.length != (long) height * width * channels) {
            throw new IllegalArgumentException(
                    "Image8: expected "
                            + (long) height * width * channels
                            + " bytes for "
                            + height
                            + "x"
                            + width
                            + "x"
                            + channels
                            + ", got "
                            + pixels.length);
        }
    }

    /** A black image. */
    public static Image8 blank(int height, int width, int channels) {
        return new Image8(
                height, width, channels, new byte[Math.multiplyExact(height * channels, width)]);
    }

    /** The sample of channel {@code c} at row {@code y}, column {@code x}, 0 to 255. */
    public int sample(int y, int x, int c) {
        return pixels[(y * width + x) * channels + c] & 0xff;
    }

    /** This image with three equal channels when it is gray, else this image itself. */
    public Image8 toBgr() {
        if (channels == 3) {
            return this;
        }
        byte[] bgr = new byte[Math.multiplyExact(pixels.length, 3)];
        for (int i = 0, o = 0; i < pixels.length; i++, o += 3) {
            byte value = pixels[i];
            bgr[o] = value;
            bgr[o + 1] = value;
            bgr[o + 2] = value;
        }
        return new Image8(height, width, 3, bgr);
    }

    /**
     * This image as gray, by the ITU-R BT.601 weights in the 15-bit fixed point of OpenCV's {@code
     * cvtColor}; this image itself when it is gray already.
     */
    public Image8 toGray() {
        if (channels == 1) {
            return this;
        }
        byte[] gray = new byte[height * width];
        for (int i = 0, o = 0; o < gray.length; i += 3, o++) {
            int weighted =
                    (pixels[i] & 0xff) * 3735
                            + (pixels[i + 1] & 0xff) * 19235
                            + (pixels[i + 2] & 0xff) * 9798;
            gray[o] = (byte) ((weighted + (1 << 14)) >> 15);
        }
        return new Image8(height, width, 1, gray);
    }

    /** The same image with its three channels in reverse order: B, G, R to R, G, B and back. */
    public Image8 reverseChannels() {
        if (channels != 3) {
            throw new IllegalArgumentException("expected 3 channels, got " + channels);
        }
        byte[] out = new byte[pixels.length];
        for (int i = 0; i < out.length; i += 3) {
            out[i] = pixels[i + 2];
            out[i + 1] = pixels[i + 1];
            out[i + 2] = pixels[i];
        }
        return new Image8(height, width, 3, out);
    }

    /** The pixels in the current scope, on its device: UINT8 [height,width,channels]. */
    public Tensor toTensor() {
        return Tensor.of(DType.UINT8, pixels, height, width, channels);
    }

    /** This image mirrored or turned; {@code order} is of an image of this size. */
    public Image8 reorder(PixelOrder order) {
        byte[] out = new byte[pixels.length];
        Reordering.run(pixels, 0, order, channels, out, 0, 0, order.height());
        return new Image8(order.height(), order.width(), channels, out);
    }
}
