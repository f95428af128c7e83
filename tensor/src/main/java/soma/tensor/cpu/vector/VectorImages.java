package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.bytes;
import static soma.tensor.cpu.CpuStorage.doubles;
import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.cpu.image.Blending;
import soma.tensor.cpu.image.Reordering;
import soma.tensor.cpu.image.Resampling;
import soma.tensor.spi.ImageKernels;
import soma.tensor.spi.PixelOrder;
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
                grain(paddedRow),
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

    @Override
    public void resample(View pixels, View taps, View out) {
        int inner = pixels.shape().dim(2);
        int to = out.shape().dim(1);
        Resampling pass =
                new Resampling(
                        bytes(pixels),
                        pixels.layout().offset(),
                        pixels.shape().dim(1),
                        inner,
                        ints(taps),
                        taps.layout().offset(),
                        taps.shape().dim(1),
                        to,
                        bytes(out),
                        out.layout().offset());
        Spans.forEach(
                out.shape().dim(0) * to,
                grain(inner),
                (first, end) -> pass.run(first, end, Scratch.current().sums(inner)));
    }

    @Override
    public void reorder(View pixels, PixelOrder order, View out) {
        int channels = pixels.shape().dim(2);
        byte[] from = bytes(pixels);
        byte[] to = bytes(out);
        int i = pixels.layout().offset();
        int o = out.layout().offset();
        Spans.forEach(
                order.height(),
                grain(order.width() * channels),
                (first, end) -> Reordering.run(from, i, order, channels, to, o, first, end));
    }

    @Override
    public void blend(View pixels, View sum, double weight, View out) {
        int n = pixels.shape().size();
        double mean = sum == null ? 0 : doubles(sum)[sum.layout().offset()] / n;
        byte[] table = Blending.table(mean, weight);
        byte[] from = bytes(pixels);
        byte[] to = bytes(out);
        int i = pixels.layout().offset();
        int o = out.layout().offset();
        Spans.forEach(
                n,
                Spans.GRAIN,
                (first, end) -> Blending.map(from, i + first, table, to, o + first, end - first));
    }

    @Override
    public void blendGray(View pixels, double weight, View out) {
        byte[] from = bytes(pixels);
        byte[] to = bytes(out);
        int i = pixels.layout().offset();
        int o = out.layout().offset();
        Spans.forEach(
                pixels.shape().size() / 3,
                grain(3),
                (first, end) ->
                        Blending.gray(from, i + 3 * first, weight, to, o + 3 * first, end - first));
    }

    /** Items of {@code bytes} bytes that are worth a task. */
    private static int grain(int bytes) {
        return Math.max(1, Spans.GRAIN / Math.max(1, bytes));
    }
}
