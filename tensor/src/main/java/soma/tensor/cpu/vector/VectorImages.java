package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.bytes;
import static soma.tensor.cpu.CpuStorage.floats;

import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Kernels of images, spread over rows. */
final class VectorImages implements ImageKernels {
    /** Values of a byte: the division is done once for each. */
    private static final int VALUES = 256;

    @Override
    public void normalisePad(View pixels, View statistics, View out) {
        int height = pixels.shape().dim(0);
        int channels = pixels.shape().dim(2);
        int row = pixels.shape().dim(1) * channels;
        int paddedRow = out.shape().dim(1) * channels;
        float[] table = table(statistics, channels);
        byte[] from = bytes(pixels);
        float[] to = floats(out);
        Spans.forEach(
                out.shape().dim(0),
                Math.max(1, Spans.GRAIN / Math.max(1, paddedRow)),
                (first, end) -> {
                    for (int y = first; y < end; y++) {
                        int o = out.layout().offset() + y * paddedRow;
                        int written = y < height ? row : 0;
                        if (written > 0) {
                            int i = pixels.layout().offset() + y * row;
                            normalise(from, i, table, channels, to, o, row);
                        }
                        Arrays.fill(to, o + written, o + paddedRow, 0);
                    }
                });
    }

    private static float[] table(View statistics, int channels) {
        float[] s = floats(statistics);
        int mean = statistics.layout().offset();
        int std = mean + channels;
        float[] table = new float[VALUES * channels];
        for (int v = 0; v < VALUES; v++) {
            for (int k = 0; k < channels; k++) {
                table[v * channels + k] = (v - s[mean + k]) / s[std + k];
            }
        }
        return table;
    }

    private static void normalise(
            byte[] from, int i, float[] table, int channels, float[] to, int o, int n) {
        for (int x = 0; x < n; x += channels) {
            for (int k = 0; k < channels; k++) {
                to[o + x + k] = table[(from[i + x + k] & 0xff) * channels + k];
            }
        }
    }
}
