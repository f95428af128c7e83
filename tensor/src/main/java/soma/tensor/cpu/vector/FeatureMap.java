package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;

/**
 * Images in an array, {@code [images,height,width,channels]} with the channels fastest.
 *
 * @param offset index in {@code data} of the first element
 */
record FeatureMap(float[] data, int offset, int images, int height, int width, int channels) {

    /** Checks that the array is long enough. */
    FeatureMap {
        long end = offset + (long) images * height * width * channels;
        if (offset < 0 || end > data.length) {
            throw ShapeException.of(
                    "convolution",
                    "[%d,%d,%d,%d]".formatted(images, height, width, channels),
                    "an array of at least " + end + " floats",
                    data.length);
        }
    }

    /** Index of the first channel of a pixel, which may lie outside of the image. */
    int pixel(int image, int y, int x) {
        return offset + ((image * height + y) * width + x) * channels;
    }
}
