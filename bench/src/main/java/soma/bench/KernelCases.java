package soma.bench;

import soma.tensor.DType;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Kernels on random operands, straight through the backend: nothing is allocated while timing. */
final class KernelCases {
    private static final List<int[]> GEMM_DEFAULTS =
            List.of(
                    new int[] {512, 512, 512},
                    new int[] {1024, 1024, 1024},
                    new int[] {256, 2304, 2860},
                    new int[] {64, 147, 45760},
                    new int[] {512, 2048, 726});

    /** For the emulator. */
    private static final List<int[]> GEMM_SMALL = List.of(new int[] {64, 64, 64});

    private static final int HEIGHT = 544;
    private static final int WIDTH = 704;

    private KernelCases() {}

    /** Products of the given sizes M, K, N; the usual ones if there are none. */
    static void gemm(Session session, List<int[]> sizes, int runs) {
        List<int[]> usual = session.isEmulated() ? GEMM_SMALL : GEMM_DEFAULTS;
        for (int[] s : sizes.isEmpty() ? usual : sizes) {
            gemm(session, s, runs);
        }
    }

    /** One product by the kernel that is usually taken, then by each step of the ladder. */
    private static void gemm(Session session, int[] s, int runs) {
        try (Scope _ = Scope.open("gemm", session.device())) {
            View a = random(s[0], s[1]).view();
            View b = random(s[1], s[2]).view();
            View out = random(s[0], s[2]).view();
            String shape = s[0] + "x" + s[1] + "x" + s[2];
            double flops = 2.0 * s[0] * s[1] * s[2];
            Function<MatMulKernels, Row> time =
                    kernels -> {
                        Sample sample =
                                session.time(
                                        runs,
                                        () ->
                                                kernels.matMul(
                                                        a, false, b, false, null, null, false,
                                                        false, out));
                        return new Row("gemm " + shape, shape, sample, flops, bytes(a, b, out));
                    };
            MatMulKernels usual = session.device().backend().matMul();
            session.add(time.apply(usual));
            usual.ladder()
                    .forEach((rung, kernels) -> session.add(time.apply(kernels).ofRung(rung)));
        }
    }

    /** The three directions of each convolution; of the usual ones if there are none. */
    static void conv(Session session, List<ConvCase> cases, int runs) {
        List<ConvCase> usual = session.isEmulated() ? ConvCase.SMALL : ConvCase.DEFAULTS;
        for (ConvCase c : cases.isEmpty() ? usual : cases) {
            conv(session, c, runs);
        }
    }

    private static void conv(Session session, ConvCase c, int runs) {
        ConvGeometry g = c.geometry();
        try (Scope _ = Scope.open("conv", session.device())) {
            View x = random(1, g.h(), g.w(), g.ci()).view();
            View w = random(g.kh(), g.kw(), g.ci() / g.groups(), g.co()).view();
            View y = random(1, g.outH(), g.outW(), g.co()).view();
            View gx = random(1, g.h(), g.w(), g.ci()).view();
            View gw = random(g.kh(), g.kw(), g.ci() / g.groups(), g.co()).view();
            View out = random(1, g.outH(), g.outW(), g.co()).view();
            Map<String, Consumer<ConvKernels>> directions = new LinkedHashMap<>();
            directions.put("conv", k -> k.forward(g, x, w, null, null, false, out));
            directions.put("conv-bwd-data", k -> k.backwardData(g, y, w, gx));
            directions.put("conv-bwd-filter", k -> k.backwardFilter(g, x, y, gw));
            String shape = "1x%dx%dx%d".formatted(g.h(), g.w(), g.ci());
            double bytes = bytes(x, w, y);
            directions.forEach(
                    (direction, work) -> {
                        Function<ConvKernels, Row> time =
                                kernels ->
                                        new Row(
                                                direction + " " + c.text(),
                                                shape,
                                                session.time(runs, () -> work.accept(kernels)),
                                                WorkCount.flops(g),
                                                bytes);
                        ConvKernels usual = session.device().backend().conv();
                        session.add(time.apply(usual));
                        usual.ladder()
                                .forEach(
                                        (rung, kernels) ->
                                                session.add(time.apply(kernels).ofRung(rung)));
                    });
        }
    }

    /** Pools {@code boxes} regions from a pyramid of 256 channels. */
    static void roiAlign(Session session, int boxes, int runs) {
        try (Scope _ = Scope.open("roi-align", session.device())) {
            Backend backend = session.device().backend();
            List<View> levels =
                    List.of(
                            random(1, HEIGHT / 4, WIDTH / 4, 256).view(),
                            random(1, HEIGHT / 8, WIDTH / 8, 256).view(),
                            random(1, HEIGHT / 16, WIDTH / 16, 256).view(),
                            random(1, HEIGHT / 32, WIDTH / 32, 256).view());
            RoiAlignSpec spec =
                    new RoiAlignSpec(7, 0, true, List.of(1 / 4.0, 1 / 8.0, 1 / 16.0, 1 / 32.0));
            View rois = boxes(boxes, 16, 64).view();
            View zeros = Tensor.full(DType.INT32, 0, boxes).view();
            View out = random(boxes, 7, 7, 256).view();
            Sample sample =
                    session.time(
                            runs,
                            () -> backend.vision().roiAlign(spec, levels, rois, zeros, zeros, out));
            String shape = boxes + "x7x7x256";
            session.add(new Row("roi-align " + shape, shape, sample, 0, bytes(rois, out)));
        }
    }

    /** Thins {@code boxes} boxes in each of {@code groups} groups at an IoU of 0.7. */
    static void nms(Session session, int boxes, int groups, int runs) {
        int all = Math.multiplyExact(boxes, groups);
        try (Scope _ = Scope.open("nms", session.device())) {
            Backend backend = session.device().backend();
            View rois = boxes(all, 16, 64).view();
            View scores = random(all).view();
            View group =
                    Tensor.of(IntStream.range(0, all).map(i -> i % groups).toArray(), all).view();
            View keep = Tensor.full(DType.INT32, 0, all).view();
            Sample sample =
                    session.time(runs, () -> backend.vision().nms(rois, scores, group, 0.7, keep));
            String name = groups == 1 ? "nms " + boxes : "nms " + boxes + "x" + groups;
            session.add(new Row(name, all + "x4", sample, 0, bytes(rois, scores, keep)));
        }
    }

    /** Pastes {@code masks} masks of 28x28 into an image of 520x704. */
    static void paste(Session session, int masks, int runs) {
        try (Scope _ = Scope.open("paste", session.device())) {
            Backend backend = session.device().backend();
            View probabilities = random(masks, 28, 28).view();
            View rois = boxes(masks, 16, 64).view();
            Sample sample =
                    session.time(
                            runs,
                            () -> backend.vision().pasteMasks(probabilities, rois, 520, 704, 0.5));
            String shape = masks + "x28x28";
            session.add(new Row("paste " + shape, shape, sample, 0, bytes(probabilities, rois)));
        }
    }

    /** Boxes with sides between two lengths, somewhere in the image. */
    private static Tensor boxes(int n, double shortest, double longest) {
        RandomGenerator random = generator();
        float[] out = new float[4 * n];
        for (int i = 0; i < n; i++) {
            double w = random.nextDouble(shortest, longest);
            double h = random.nextDouble(shortest, longest);
            double x = random.nextDouble(0, WIDTH - w);
            double y = random.nextDouble(0, HEIGHT - h);
            out[4 * i] = (float) x;
            out[4 * i + 1] = (float) y;
            out[4 * i + 2] = (float) (x + w);
            out[4 * i + 3] = (float) (y + h);
        }
        return Tensor.of(out, n, 4);
    }

    /** Numbers from 0 to 1. */
    private static Tensor random(int... dims) {
        RandomGenerator random = generator();
        float[] values = new float[java.util.Arrays.stream(dims).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(values, dims);
    }

    private static RandomGenerator generator() {
        return new java.util.SplittableRandom(1);
    }

    private static double bytes(View... views) {
        return WorkCount.bytes(views);
    }
}
