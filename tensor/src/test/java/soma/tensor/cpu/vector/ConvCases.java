package soma.tensor.cpu.vector;

import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Compares the three directions of a convolution with plain double loops, on 1 and 2 threads. */
final class ConvCases {
    private static final double TOLERANCE = 5e-7;
    private static final int X_OFFSET = 3;
    private static final int W_OFFSET = 5;
    private static final int OUT_OFFSET = 2;

    private ConvCases() {}

    /**
     * Strides, padding, dilation and groups; channels around multiples of the vectors and blocks.
     */
    static List<ConvGeometry> all() {
        return List.of(
                new ConvGeometry(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1),
                new ConvGeometry(0, 5, 5, 3, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(2, 7, 9, 16, 32, 1, 1, 1, 1, 0, 0, 1, 1, 1),
                new ConvGeometry(2, 7, 9, 33, 17, 1, 1, 2, 2, 0, 0, 1, 1, 1),
                new ConvGeometry(1, 11, 13, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(3, 14, 14, 37, 31, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(1, 12, 20, 32, 48, 3, 3, 2, 2, 1, 1, 1, 1, 1),
                new ConvGeometry(1, 9, 21, 40, 16, 3, 3, 1, 1, 2, 2, 2, 2, 1),
                new ConvGeometry(1, 10, 9, 5, 7, 3, 2, 2, 1, 1, 0, 1, 3, 1),
                new ConvGeometry(2, 30, 23, 3, 64, 7, 7, 2, 2, 3, 3, 1, 1, 1),
                new ConvGeometry(1, 8, 8, 4, 6, 2, 2, 2, 2, 0, 0, 1, 1, 1),
                new ConvGeometry(1, 17, 19, 171, 33, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(1, 5, 6, 12, 20, 1, 1, 3, 3, 1, 1, 1, 1, 1),
                new ConvGeometry(1, 2, 3, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(1, 3, 2, 2, 3, 4, 3, 5, 4, 3, 2, 1, 1, 1),
                new ConvGeometry(1, 13, 15, 32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 4),
                new ConvGeometry(2, 9, 8, 64, 128, 3, 3, 2, 2, 1, 1, 1, 1, 2),
                new ConvGeometry(1, 7, 5, 6, 9, 3, 3, 1, 1, 1, 1, 1, 1, 3),
                new ConvGeometry(1, 6, 6, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 16),
                new ConvGeometry(1, 17, 19, 64, 96, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(2, 15, 14, 48, 33, 3, 3, 1, 1, 0, 2, 1, 1, 1),
                new ConvGeometry(1, 20, 18, 336, 40, 3, 3, 1, 1, 2, 1, 1, 1, 1),
                new ConvGeometry(1, 45, 53, 8, 12, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(1, 6, 5, 520, 513, 1, 1, 1, 1, 0, 0, 1, 1, 1));
    }

    /** Throws AssertionError if a result is off, or depends on the number of threads. */
    static void check(ConvGeometry g) {
        Random random = new Random(g.hashCode());
        int group = g.ci() / g.groups();
        float[] x = SgemmCases.values(random, X_OFFSET + g.n() * g.h() * g.w() * g.ci());
        float[] w = SgemmCases.values(random, W_OFFSET + g.kh() * g.kw() * group * g.co());
        int outSize = g.n() * g.outH() * g.outW() * g.co();
        float[] out = SgemmCases.values(random, OUT_OFFSET + outSize);
        checkForward(g, x, w, out, Epilogue.NONE);
        float[] bias = SgemmCases.values(random, 1 + g.co());
        float[] residual = SgemmCases.values(random, 4 + outSize);
        checkForward(g, x, w, out, new Epilogue(bias, 1, residual, 4, true));
        checkBackwardData(g, x, w, out);
        checkBackwardFilter(g, x, w, out, false);
        checkBackwardFilter(g, x, w, out, true);
    }

    private static void checkForward(
            ConvGeometry g, float[] x, float[] w, float[] before, Epilogue epilogue) {
        float[] actual =
                onOneAndTwoThreads(
                        g + " forward",
                        () -> {
                            float[] out = before.clone();
                            ConvForward.run(g, x, X_OFFSET, w, W_OFFSET, out, OUT_OFFSET, epilogue);
                            return out;
                        });
        Sums sums = new Sums(before.length);
        forEachProduct(
                g, (xi, wi, oi) -> sums.add(OUT_OFFSET + oi, x[X_OFFSET + xi], w[W_OFFSET + wi]));
        for (int i = OUT_OFFSET; i < before.length; i++) {
            int element = i - OUT_OFFSET;
            if (epilogue.bias() != null) {
                sums.add(i, epilogue.bias()[epilogue.biasOffset() + element % g.co()], 1);
            }
            if (epilogue.residual() != null) {
                sums.add(i, epilogue.residual()[epilogue.residualOffset() + element], 1);
            }
            if (epilogue.relu()) {
                sums.values[i] = Math.max(0, sums.values[i]);
            }
        }
        sums.compare(g + " forward", actual, before, OUT_OFFSET);
    }

    private static void checkBackwardData(
            ConvGeometry g, float[] before, float[] w, float[] gradOut) {
        float[] actual =
                onOneAndTwoThreads(
                        g + " backward data",
                        () -> {
                            float[] gradX = before.clone();
                            ConvBackwardData.run(
                                    g, gradOut, OUT_OFFSET, w, W_OFFSET, gradX, X_OFFSET);
                            return gradX;
                        });
        Sums sums = new Sums(before.length);
        forEachProduct(
                g,
                (xi, wi, oi) ->
                        sums.add(X_OFFSET + xi, gradOut[OUT_OFFSET + oi], w[W_OFFSET + wi]));
        sums.compare(g + " backward data", actual, before, X_OFFSET);
    }

    private static void checkBackwardFilter(
            ConvGeometry g, float[] x, float[] before, float[] gradOut, boolean accumulate) {
        float[] actual =
                onOneAndTwoThreads(
                        g + " backward filter",
                        () -> {
                            float[] gradW = before.clone();
                            ConvBackwardFilter.run(
                                    g,
                                    x,
                                    X_OFFSET,
                                    gradOut,
                                    OUT_OFFSET,
                                    accumulate,
                                    gradW,
                                    W_OFFSET);
                            return gradW;
                        });
        Sums sums = new Sums(before.length);
        forEachProduct(
                g,
                (xi, wi, oi) ->
                        sums.add(W_OFFSET + wi, x[X_OFFSET + xi], gradOut[OUT_OFFSET + oi]));
        if (accumulate) {
            for (int i = W_OFFSET; i < before.length; i++) {
                sums.add(i, before[i], 1);
            }
        }
        sums.compare(g + " backward filter", actual, before, W_OFFSET);
    }

    private static float[] onOneAndTwoThreads(String what, Supplier<float[]> run) {
        Workers.setThreads(1);
        float[] one = run.get();
        Workers.setThreads(2);
        float[] two = run.get();
        if (!Arrays.equals(one, two)) {
            throw new AssertionError(what + ": results differ between 1 and 2 threads");
        }
        return one;
    }

    private interface Product {
        void of(int x, int w, int out);
    }

    /** Visits every product of a convolution by the definition. */
    private static void forEachProduct(ConvGeometry g, Product product) {
        int in = g.ci() / g.groups();
        int out = g.co() / g.groups();
        int pixels = g.n() * g.outH() * g.outW();
        for (int p = 0; p < pixels; p++) {
            int ox = p % g.outW();
            int oy = p / g.outW() % g.outH();
            int image = p / g.outW() / g.outH();
            for (int t = 0; t < g.kh() * g.kw(); t++) {
                int y = oy * g.strideH() + t / g.kw() * g.dilationH() - g.padH();
                int x = ox * g.strideW() + t % g.kw() * g.dilationW() - g.padW();
                if (y < 0 || y >= g.h() || x < 0 || x >= g.w()) {
                    continue;
                }
                int pixel = ((image * g.h() + y) * g.w() + x) * g.ci();
                for (int co = 0; co < g.co(); co++) {
                    int first = co / out * in;
                    for (int ci = 0; ci < in; ci++) {
                        product.of(
                                pixel + first + ci, (t * in + ci) * g.co() + co, p * g.co() + co);
                    }
                }
            }
        }
    }

    /** Sums in double precision with the sizes of their terms. */
    private static final class Sums {
        final double[] values;
        final double[] sizes;

        Sums(int length) {
            values = new double[length];
            sizes = new double[length];
        }

        void add(int at, float a, float b) {
            values[at] += (double) a * b;
            sizes[at] += Math.abs((double) a * b);
        }

        void compare(String what, float[] actual, float[] before, int from) {
            for (int i = 0; i < actual.length; i++) {
                double expected = i < from ? before[i] : values[i];
                if (!(Math.abs(actual[i] - expected) <= TOLERANCE * sizes[i])) {
                    throw new AssertionError(
                            "%s: element %d: expected %s, got %s"
                                    .formatted(what, i - from, expected, actual[i]));
                }
            }
        }
    }
}
