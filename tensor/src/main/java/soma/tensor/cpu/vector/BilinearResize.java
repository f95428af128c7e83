package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import soma.tensor.cpu.Workers;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Two-tap bilinear resampling of float32 maps, with the coordinates that torch computes. */
final class BilinearResize {
    private static final int CHANNEL_BLOCK = 64;

    private final View in;
    private final View out;
    private final Taps rows;
    private final Taps columns;
    private final int h;
    private final int w;
    private final int outH;
    private final int outW;
    private final int c;

    BilinearResize(View in, View out) {
        this.in = in;
        this.out = out;
        h = in.shape().dim(1);
        w = in.shape().dim(2);
        outH = out.shape().dim(1);
        outW = out.shape().dim(2);
        c = in.shape().dim(3);
        rows = Taps.of(h, outH);
        columns = Taps.of(w, outW);
    }

    /** Source positions along one axis, and the weight of the higher one. */
    private record Taps(int[] low, int[] high, float[] weight) {
        static Taps of(int in, int out) {
            int[] low = new int[out];
            int[] high = new int[out];
            float[] weight = new float[out];
            for (int i = 0; i < out; i++) {
                float at = Math.max(Math.fma(i + 0.5f, (float) in / out, -0.5f), 0);
                low[i] = Math.min((int) at, in - 1);
                high[i] = Math.min(low[i] + 1, in - 1);
                weight[i] = at - low[i];
            }
            return new Taps(low, high, weight);
        }
    }

    void forward() {
        float[] from = floats(in);
        float[] to = floats(out);
        Workers.parallelFor(
                out.shape().dim(0) * outH,
                row -> {
                    int image = row / outH * h;
                    int top = in.layout().offset() + (image + rows.low[row % outH]) * w * c;
                    int bottom = in.layout().offset() + (image + rows.high[row % outH]) * w * c;
                    float fy = rows.weight[row % outH];
                    int at = out.layout().offset() + row * outW * c;
                    for (int x = 0; x < outW; x++) {
                        int left = columns.low[x] * c;
                        int right = columns.high[x] * c;
                        mix(
                                from,
                                top + left,
                                top + right,
                                bottom + left,
                                bottom + right,
                                columns.weight[x],
                                fy,
                                to,
                                at + x * c);
                    }
                });
    }

    private void mix(
            float[] x, int p, int q, int r, int s, float fx, float fy, float[] to, int at) {
        float a = (1 - fy) * (1 - fx);
        float b = (1 - fy) * fx;
        float d = fy * (1 - fx);
        float e = fy * fx;
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, p + k).mul(a);
            v = fma(FloatVector.fromArray(SPECIES, x, q + k), broadcast(b), v);
            v = fma(FloatVector.fromArray(SPECIES, x, r + k), broadcast(d), v);
            v = fma(FloatVector.fromArray(SPECIES, x, s + k), broadcast(e), v);
            v.intoArray(to, at + k);
        }
        for (; k < c; k++) {
            to[at + k] = x[p + k] * a + x[q + k] * b + x[r + k] * d + x[s + k] * e;
        }
    }

    private static FloatVector broadcast(float v) {
        return FloatVector.broadcast(SPECIES, v);
    }

    /** Blocks of channels of an image are independent. */
    void backward() {
        float[] sum = floats(in);
        int start = in.layout().offset();
        Arrays.fill(sum, start, start + in.shape().size(), 0);
        int blocks = Spans.count(c, CHANNEL_BLOCK);
        Workers.parallelFor(
                in.shape().dim(0) * blocks,
                task -> spread(task / blocks, task % blocks * CHANNEL_BLOCK));
    }

    private void spread(int image, int channel) {
        float[] grad = floats(out);
        float[] sum = floats(in);
        int n = Math.min(CHANNEL_BLOCK, c - channel);
        int map = in.layout().offset() + image * h * w * c + channel;
        int from = out.layout().offset() + image * outH * outW * c + channel;
        for (int y = 0; y < outH; y++) {
            float fy = rows.weight[y];
            for (int x = 0; x < outW; x++) {
                float fx = columns.weight[x];
                int at = from + (y * outW + x) * c;
                int top = map + rows.low[y] * w * c;
                int bottom = map + rows.high[y] * w * c;
                int left = columns.low[x] * c;
                int right = columns.high[x] * c;
                ScaledRows.add(grad, at, (1 - fy) * (1 - fx), sum, top + left, n);
                ScaledRows.add(grad, at, (1 - fy) * fx, sum, top + right, n);
                ScaledRows.add(grad, at, fy * (1 - fx), sum, bottom + left, n);
                ScaledRows.add(grad, at, fy * fx, sum, bottom + right, n);
            }
        }
    }
}
