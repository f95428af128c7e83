package soma.tensor.cpu.scalar;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.View;

/** Pooling and resampling by their definitions. */
final class ScalarSpatial implements SpatialKernels {
    @Override
    public void maxPool(ConvGeometry g, View x, View out, View indices) {
        double[] input = Values.of(x);
        double[] best = new double[out.shape().size()];
        double[] index = new double[best.length];
        int c = g.ci();
        for (int i = 0; i < best.length; i++) {
            int pixel = i / c;
            int oy = pixel / g.outW() % g.outH();
            int image = pixel / (g.outW() * g.outH());
            int at = firstMaximum(g, input, image * g.h() * g.w(), oy, pixel % g.outW(), i % c);
            index[i] = at;
            best[i] =
                    at < 0
                            ? Double.NEGATIVE_INFINITY
                            : input[(image * g.h() * g.w() + at) * c + i % c];
        }
        Values.store(best, out);
        Values.store(index, indices);
    }

    /** Position {@code y * w + x} of the maximum of one window, or -1 if all of it is padding. */
    private static int firstMaximum(
            ConvGeometry g, double[] x, int firstPixel, int oy, int ox, int channel) {
        int at = -1;
        double best = 0;
        for (int ky = 0; ky < g.kh(); ky++) {
            for (int kx = 0; kx < g.kw(); kx++) {
                int iy = oy * g.strideH() - g.padH() + ky * g.dilationH();
                int ix = ox * g.strideW() - g.padW() + kx * g.dilationW();
                if (iy < 0 || iy >= g.h() || ix < 0 || ix >= g.w()) {
                    continue;
                }
                double v = x[(firstPixel + iy * g.w() + ix) * g.ci() + channel];
                if (at < 0 || v > best || Double.isNaN(v)) {
                    at = iy * g.w() + ix;
                    best = v;
                }
            }
        }
        return at;
    }

    @Override
    public void maxPoolBackward(ConvGeometry g, View gradOut, View indices, View gradX) {
        double[] grad = Values.of(gradOut);
        int[] index = Values.ints(indices);
        double[] sum = new double[gradX.shape().size()];
        int c = g.ci();
        int perImage = g.outH() * g.outW() * c;
        for (int i = 0; i < grad.length; i++) {
            if (index[i] >= 0) {
                sum[(i / perImage * g.h() * g.w() + index[i]) * c + i % c] += grad[i];
            }
        }
        Values.store(sum, gradX);
    }

    @Override
    public void nearest(View x, View out) {
        double[] input = Values.of(x);
        int[] source = nearestSources(x.shape(), out.shape());
        int c = x.shape().dim(3);
        double[] result = new double[out.shape().size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = input[source[i / c] * c + i % c];
        }
        Values.store(result, out);
    }

    @Override
    public void nearestBackward(View gradOut, View gradX) {
        double[] grad = Values.of(gradOut);
        int[] source = nearestSources(gradX.shape(), gradOut.shape());
        int c = gradX.shape().dim(3);
        double[] sum = new double[gradX.shape().size()];
        for (int i = 0; i < grad.length; i++) {
            sum[source[i / c] * c + i % c] += grad[i];
        }
        Values.store(sum, gradX);
    }

    /** The input pixel of each output pixel. */
    private static int[] nearestSources(Shape in, Shape out) {
        int h = out.dim(1);
        int w = out.dim(2);
        int[] source = new int[out.dim(0) * h * w];
        for (int i = 0; i < source.length; i++) {
            int y = nearestSource(i / w % h, in.dim(1), h);
            int x = nearestSource(i % w, in.dim(2), w);
            source[i] = (i / (h * w) * in.dim(1) + y) * in.dim(2) + x;
        }
        return source;
    }

    /** torch computes {@code floor(i * scale)} with a float32 scale. */
    private static int nearestSource(int i, int in, int out) {
        float scale = (float) in / out;
        return Math.min((int) (i * scale), in - 1);
    }

    @Override
    public void bilinear(View x, View out) {
        double[] input = Values.of(x);
        Taps rows = Taps.of(x.shape().dim(1), out.shape().dim(1), x.dtype());
        Taps columns = Taps.of(x.shape().dim(2), out.shape().dim(2), x.dtype());
        int h = out.shape().dim(1);
        int w = out.shape().dim(2);
        int c = out.shape().dim(3);
        double[] result = new double[out.shape().size()];
        for (int i = 0; i < result.length; i++) {
            int px = i / c % w;
            int py = i / (c * w) % h;
            int top = (i / (c * w * h) * x.shape().dim(1) + rows.low[py]) * x.shape().dim(2);
            int bottom = (i / (c * w * h) * x.shape().dim(1) + rows.high[py]) * x.shape().dim(2);
            double fx = columns.weight[px];
            double fy = rows.weight[py];
            int left = columns.low[px];
            int right = columns.high[px];
            result[i] =
                    (1 - fy)
                                    * ((1 - fx) * input[(top + left) * c + i % c]
                                            + fx * input[(top + right) * c + i % c])
                            + fy
                                    * ((1 - fx) * input[(bottom + left) * c + i % c]
                                            + fx * input[(bottom + right) * c + i % c]);
        }
        Values.store(result, out);
    }

    @Override
    public void bilinearBackward(View gradOut, View gradX) {
        double[] grad = Values.of(gradOut);
        Shape in = gradX.shape();
        Shape out = gradOut.shape();
        Taps rows = Taps.of(in.dim(1), out.dim(1), gradX.dtype());
        Taps columns = Taps.of(in.dim(2), out.dim(2), gradX.dtype());
        int h = out.dim(1);
        int w = out.dim(2);
        int c = out.dim(3);
        double[] sum = new double[in.size()];
        for (int i = 0; i < grad.length; i++) {
            int px = i / c % w;
            int py = i / (c * w) % h;
            int top = (i / (c * w * h) * in.dim(1) + rows.low[py]) * in.dim(2);
            int bottom = (i / (c * w * h) * in.dim(1) + rows.high[py]) * in.dim(2);
            double fx = columns.weight[px];
            double fy = rows.weight[py];
            int left = columns.low[px];
            int right = columns.high[px];
            sum[(top + left) * c + i % c] += (1 - fy) * (1 - fx) * grad[i];
            sum[(top + right) * c + i % c] += (1 - fy) * fx * grad[i];
            sum[(bottom + left) * c + i % c] += fy * (1 - fx) * grad[i];
            sum[(bottom + right) * c + i % c] += fy * fx * grad[i];
        }
        Values.store(sum, gradX);
    }

    /**
     * The two source positions of each output position along an axis, and the weight of the higher
     * one.
     */
    private record Taps(int[] low, int[] high, double[] weight) {
        static Taps of(int in, int out, DType dtype) {
            int[] low = new int[out];
            int[] high = new int[out];
            double[] weight = new double[out];
            for (int i = 0; i < out; i++) {
                // torch computes the coordinate in the map's type, with a fused multiply-add
                double at =
                        dtype == DType.FLOAT64
                                ? (i + 0.5) * ((double) in / out) - 0.5
                                : Math.fma(i + 0.5f, (float) in / out, -0.5f);
                at = Math.max(at, 0);
                low[i] = Math.min((int) at, in - 1);
                high[i] = Math.min(low[i] + 1, in - 1);
                weight[i] = at - low[i];
            }
            return new Taps(low, high, weight);
        }
    }
}
