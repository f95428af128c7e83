package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;
import soma.tensor.spi.ConvGeometry;

/** Forward convolution of float32 maps: {@code out = epilogue(conv(x, w))}. */
public final class ConvForward {
    private ConvForward() {}

    /**
     * Convolves {@code x} with {@code w} and overwrites {@code out}.
     *
     * @param x [n,h,w,ci]
     * @param w [kh,kw,ci/groups,co]
     * @param out [n,outH,outW,co]
     * @param epilogue bias [co], residual [n,outH,outW,co] and ReLU, each of them optional
     * @throws ShapeException if an array is too short for the geometry
     */
    public static void run(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] w,
            int wOffset,
            float[] out,
            int outOffset,
            Epilogue epilogue) {
        FeatureMap in = new FeatureMap(x, xOffset, g.n(), g.h(), g.w(), g.ci());
        FeatureMap to = new FeatureMap(out, outOffset, g.n(), g.outH(), g.outW(), g.co());
        ConvWeights weights = new ConvWeights(g, w, wOffset);
        epilogue.check(g.co(), (long) g.n() * g.outH() * g.outW() * g.co());
        if (winograd(g) && WinogradConvolution.suits(in, to)) {
            int step = g.ci() * g.co();
            new WinogradConvolution(in, to, g.padH(), g.padW(), w, wOffset, step, epilogue).run();
            return;
        }
        TapConvolution.Grid grid =
                new TapConvolution.Grid(g.outH(), g.outW(), g.strideH(), g.strideW(), 1, 1, 0, 0);
        new TapConvolution(in, to, taps(g), grid, g.groups(), weights::packForward, epilogue).run();
    }

    /** The taps of a forward convolution, in the order of its weights. */
    static Taps taps(ConvGeometry g) {
        int[] y = new int[g.kh() * g.kw()];
        int[] x = new int[g.kh() * g.kw()];
        for (int t = 0; t < y.length; t++) {
            y[t] = t / g.kw() * g.dilationH() - g.padH();
            x[t] = t % g.kw() * g.dilationW() - g.padW();
        }
        return new Taps(y, x, g.groups() == 1);
    }

    /** Whether the kernel is 3x3 with stride 1, without dilation and groups. */
    static boolean winograd(ConvGeometry g) {
        return g.kh() == 3
                && g.kw() == 3
                && g.strideH() == 1
                && g.strideW() == 1
                && g.dilationH() == 1
                && g.dilationW() == 1
                && g.groups() == 1;
    }
}
