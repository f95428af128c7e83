package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;

import java.util.stream.IntStream;

/**
 * Gradient of a convolution with respect to its input.
 *
 * <p>Input pixels whose coordinates agree modulo the stride use the same taps, so each such phase
 * is a convolution of stride 1 over the output's gradient; no product with an inserted zero is
 * computed.
 */
public final class ConvBackwardData {
    private ConvBackwardData() {}

    /**
     * Overwrites {@code gradX} with the gradient of the input.
     *
     * @param gradOut gradient of the output [n,outH,outW,co]
     * @param w [kh,kw,ci/groups,co]
     * @param gradX [n,h,w,ci]
     * @throws ShapeException if an array is too short for the geometry
     */
    public static void run(
            ConvGeometry g,
            float[] gradOut,
            int gradOutOffset,
            float[] w,
            int wOffset,
            float[] gradX,
            int gradXOffset) {
        FeatureMap from = new FeatureMap(gradOut, gradOutOffset, g.n(), g.outH(), g.outW(), g.co());
        FeatureMap to = new FeatureMap(gradX, gradXOffset, g.n(), g.h(), g.w(), g.ci());
        ConvWeights weights = new ConvWeights(g, w, wOffset);
        if (ConvForward.winograd(g)
                && g.padH() <= 2
                && g.padW() <= 2
                && WinogradConvolution.suits(from, to)) {
            runWinograd(g, from, to, weights);
            return;
        }
        for (int phaseH = 0; phaseH < Math.min(g.strideH(), g.h()); phaseH++) {
            for (int phaseW = 0; phaseW < Math.min(g.strideW(), g.w()); phaseW++) {
                runPhase(g, from, to, weights, phaseH, phaseW);
            }
        }
    }

    /**
     * The gradient is a convolution with the kernel turned by 180 degrees and its channels
     * exchanged.
     */
    private static void runWinograd(
            ConvGeometry g, FeatureMap from, FeatureMap to, ConvWeights weights) {
        int step = g.ci() * g.co();
        float[] exchanged = Scratch.current().exchanged(9 * step);
        Workers.parallelFor(
                9 * Math.ceilDiv(g.co(), 16),
                task -> {
                    int tap = task % 9;
                    int first = task / 9 * 16;
                    weights.exchange(tap, first, Math.min(g.co(), first + 16), exchanged);
                });
        new WinogradConvolution(
                        from,
                        to,
                        2 - g.padH(),
                        2 - g.padW(),
                        exchanged,
                        8 * step,
                        -step,
                        Epilogue.NONE)
                .run();
    }

    private static void runPhase(
            ConvGeometry g,
            FeatureMap from,
            FeatureMap to,
            ConvWeights weights,
            int phaseH,
            int phaseW) {
        int[] rows = tapsOfPhase(phaseH + g.padH(), g.kh(), g.strideH(), g.dilationH());
        int[] columns = tapsOfPhase(phaseW + g.padW(), g.kw(), g.strideW(), g.dilationW());
        int[] source = new int[rows.length * columns.length];
        int[] y = new int[source.length];
        int[] x = new int[source.length];
        for (int t = 0; t < source.length; t++) {
            int row = rows[t / columns.length];
            int column = columns[t % columns.length];
            source[t] = row * g.kw() + column;
            y[t] = (phaseH + g.padH() - row * g.dilationH()) / g.strideH();
            x[t] = (phaseW + g.padW() - column * g.dilationW()) / g.strideW();
        }
        TapConvolution.Grid grid =
                new TapConvolution.Grid(
                        Math.ceilDiv(g.h() - phaseH, g.strideH()),
                        Math.ceilDiv(g.w() - phaseW, g.strideW()),
                        1,
                        1,
                        g.strideH(),
                        g.strideW(),
                        phaseH,
                        phaseW);
        TapConvolution.WeightPacker packer =
                (tap, group, firstRow, count, column, used, width, panel, at, room) ->
                        weights.packBackward(
                                source[tap],
                                group,
                                firstRow,
                                count,
                                column,
                                used,
                                width,
                                panel,
                                at,
                                room);
        Taps taps = new Taps(y, x, g.groups() == 1);
        new TapConvolution(from, to, taps, grid, g.groups(), packer, Epilogue.NONE).run();
    }

    /**
     * Kernel indices that connect the pixels of a phase with outputs, last first, so that the
     * outputs ascend.
     *
     * @param position padded coordinate of the first pixel of the phase
     */
    private static int[] tapsOfPhase(int position, int kernel, int stride, int dilation) {
        return IntStream.iterate(kernel - 1, i -> i >= 0, i -> i - 1)
                .filter(i -> Math.floorMod(position - i * dilation, stride) == 0)
                .toArray();
    }
}
