package soma.tensor.cpu.scalar;

import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.View;

/** Convolutions by their definition. */
final class ScalarConv implements ConvKernels {
    @Override
    public void forward(
            ConvGeometry g, View x, View w, View bias, View residual, boolean relu, View out) {
        double[] input = Values.of(x);
        double[] weights = Values.of(w);
        double[] sum = new double[out.shape().size()];
        int outH = g.outH();
        Workers.parallelFor(
                g.n() * outH, row -> forwardRow(g, input, weights, sum, row / outH, row % outH));
        Epilogue.apply(sum, g.co(), bias, residual, relu);
        Values.store(sum, out);
    }

    private static void forwardRow(
            ConvGeometry g, double[] x, double[] w, double[] out, int n, int oy) {
        for (int ox = 0; ox < g.outW(); ox++) {
            int to = ((n * g.outH() + oy) * g.outW() + ox) * g.co();
            for (int ky = 0; ky < g.kh(); ky++) {
                for (int kx = 0; kx < g.kw(); kx++) {
                    int pixel = inputPixel(g, n, oy, ox, ky, kx);
                    if (pixel >= 0) {
                        addTap(g, x, pixel * g.ci(), w, ky * g.kw() + kx, out, to);
                    }
                }
            }
        }
    }

    /** Index of the pixel under a tap of the kernel, or -1 in the padding. */
    private static int inputPixel(ConvGeometry g, int n, int oy, int ox, int ky, int kx) {
        int iy = oy * g.strideH() - g.padH() + ky * g.dilationH();
        int ix = ox * g.strideW() - g.padW() + kx * g.dilationW();
        boolean inside = iy >= 0 && iy < g.h() && ix >= 0 && ix < g.w();
        return inside ? (n * g.h() + iy) * g.w() + ix : -1;
    }

    private static void addTap(
            ConvGeometry g, double[] x, int from, double[] w, int tap, double[] out, int to) {
        int inputs = g.ci() / g.groups();
        int outputs = g.co() / g.groups();
        for (int ci = 0; ci < g.ci(); ci++) {
            int row = (tap * inputs + ci % inputs) * g.co();
            int first = ci / inputs * outputs;
            double value = x[from + ci];
            for (int o = first; o < first + outputs; o++) {
                out[to + o] += value * w[row + o];
            }
        }
    }

    @Override
    public void backwardData(ConvGeometry g, View gradOut, View w, View gradX) {
        double[] grad = Values.of(gradOut);
        double[] weights = Values.of(w);
        double[] sum = new double[gradX.shape().size()];
        Workers.parallelFor(g.n(), n -> spreadImage(g, grad, weights, sum, n));
        Values.store(sum, gradX);
    }

    private static void spreadImage(
            ConvGeometry g, double[] grad, double[] w, double[] gradX, int n) {
        for (int oy = 0; oy < g.outH(); oy++) {
            for (int ox = 0; ox < g.outW(); ox++) {
                int from = ((n * g.outH() + oy) * g.outW() + ox) * g.co();
                for (int tap = 0; tap < g.kh() * g.kw(); tap++) {
                    int pixel = inputPixel(g, n, oy, ox, tap / g.kw(), tap % g.kw());
                    if (pixel >= 0) {
                        spreadTap(g, grad, from, w, tap, gradX, pixel * g.ci());
                    }
                }
            }
        }
    }

    private static void spreadTap(
            ConvGeometry g, double[] grad, int from, double[] w, int tap, double[] gradX, int to) {
        int inputs = g.ci() / g.groups();
        int outputs = g.co() / g.groups();
        for (int ci = 0; ci < g.ci(); ci++) {
            int row = (tap * inputs + ci % inputs) * g.co();
            int first = ci / inputs * outputs;
            double sum = 0;
            for (int o = first; o < first + outputs; o++) {
                sum += grad[from + o] * w[row + o];
            }
            gradX[to + ci] += sum;
        }
    }

    @Override
    public void backwardFilter(ConvGeometry g, View x, View gradOut, View gradW) {
        double[] input = Values.of(x);
        double[] grad = Values.of(gradOut);
        double[] sum = new double[gradW.shape().size()];
        Workers.parallelFor(g.kh() * g.kw(), tap -> correlate(g, input, grad, tap, sum));
        Values.store(sum, gradW);
    }

    private static void correlate(
            ConvGeometry g, double[] x, double[] grad, int tap, double[] gradW) {
        for (int n = 0; n < g.n(); n++) {
            for (int oy = 0; oy < g.outH(); oy++) {
                for (int ox = 0; ox < g.outW(); ox++) {
                    int from = ((n * g.outH() + oy) * g.outW() + ox) * g.co();
                    int pixel = inputPixel(g, n, oy, ox, tap / g.kw(), tap % g.kw());
                    if (pixel >= 0) {
                        correlateTap(g, x, pixel * g.ci(), grad, from, tap, gradW);
                    }
                }
            }
        }
    }

    private static void correlateTap(
            ConvGeometry g, double[] x, int at, double[] grad, int from, int tap, double[] gradW) {
        int inputs = g.ci() / g.groups();
        int outputs = g.co() / g.groups();
        for (int ci = 0; ci < g.ci(); ci++) {
            int row = (tap * inputs + ci % inputs) * g.co();
            int first = ci / inputs * outputs;
            double value = x[at + ci];
            for (int o = first; o < first + outputs; o++) {
                gradW[row + o] += value * grad[from + o];
            }
        }
    }
}
