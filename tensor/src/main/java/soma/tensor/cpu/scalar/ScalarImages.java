package soma.tensor.cpu.scalar;

import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.PillowTaps;
import soma.tensor.spi.PixelOrder;
import soma.tensor.spi.View;

import java.util.Arrays;

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

    @Override
    public void resample(View pixels, View taps, View out) {
        int from = pixels.shape().dim(1);
        int inner = pixels.shape().dim(2);
        int to = out.shape().dim(1);
        int row = taps.shape().dim(1);
        int[] in = Values.ints(pixels);
        int[] t = Values.ints(taps);
        double[] result = new double[out.shape().size()];
        for (int i = 0; i < result.length; i++) {
            int line = i / inner / to;
            int tap = i / inner % to * row;
            double sum = 0;
            for (int k = 0; k < t[tap + 1]; k++) {
                sum += (double) in[(line * from + t[tap] + k) * inner + i % inner] * t[tap + 2 + k];
            }
            result[i] = Math.min(255, Math.floor(Math.scalb(sum, -PillowTaps.FRACTION_BITS) + 0.5));
        }
        Values.store(result, out);
    }

    @Override
    public void reorder(View pixels, PixelOrder order, View out) {
        int channels = pixels.shape().dim(2);
        double[] from = Values.of(pixels);
        double[] to = new double[out.shape().size()];
        for (int i = 0; i < to.length; i++) {
            int place = i / channels;
            int source = order.source(place / order.width(), place % order.width());
            to[i] = from[source * channels + i % channels];
        }
        Values.store(to, out);
    }

    @Override
    public void blend(View pixels, View sum, double weight, View out) {
        double[] from = Values.of(pixels);
        double mean = sum == null ? 0 : Values.of(sum)[0] / from.length;
        double[] to = Arrays.stream(from).map(v -> blend(v, mean, weight)).toArray();
        Values.store(to, out);
    }

    @Override
    public void blendGray(View pixels, double weight, View out) {
        double[] from = Values.of(pixels);
        double[] to = new double[from.length];
        for (int i = 0; i < to.length; i++) {
            int blue = i / 3 * 3;
            double gray = 0.299 * from[blue + 2] + 0.587 * from[blue + 1] + 0.114 * from[blue];
            to[i] = blend(from[i], gray, weight);
        }
        Values.store(to, out);
    }

    private static double blend(double value, double other, double weight) {
        double sum = (1 - weight) * other + (float) weight * (float) value;
        return Math.floor(Math.max(0, Math.min(255, sum)));
    }
}
