package soma.tensor.cpu.scalar;

import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.View;

/** Kernels of images by their definitions. */
final class ScalarImages implements ImageKernels {
    @Override
    public void normalisePad(View pixels, View statistics, View out) {
        int height = pixels.shape().dim(0);
        int width = pixels.shape().dim(1);
        int channels = pixels.shape().dim(2);
        int paddedWidth = out.shape().dim(1);
        int[] from = Values.ints(pixels);
        float[] s = Values.floats(statistics);
        double[] to = new double[out.shape().size()];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int k = 0; k < channels; k++) {
                    float centred = from[(y * width + x) * channels + k] - s[k];
                    to[(y * paddedWidth + x) * channels + k] = centred / s[channels + k];
                }
            }
        }
        Values.store(to, out);
    }
}
