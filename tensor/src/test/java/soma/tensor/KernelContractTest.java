package soma.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static soma.tensor.BackendContractTest.agree;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Functional.ConvParams;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Layers, detection kernels and updates of the fast backend against the reference, and the same
 * bits for any number of threads.
 */
class KernelContractTest {
    private static Tensor tensor(long seed, int... dims) {
        Random random = new Random(seed);
        float[] v = new float[Shape.of(dims).size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return Tensor.of(v, dims);
    }

    /** The result, or the gradients of some inputs, in one vector. */
    private static Tensor flat(List<Tensor> parts) {
        return Tensor.concat(
                0, parts.stream().map(t -> t.detach().reshape(t.size())).toArray(Tensor[]::new));
    }

    private static Tensor gradients(Function<Tensor[], Tensor> f, Tensor... inputs) {
        Tensor[] leaves = new Tensor[inputs.length];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = inputs[i].leaf("x" + i);
        }
        Tensor y = f.apply(leaves);
        Gradients g = Autograd.backward(y, tensor(99, y.shape().dims()));
        List<Tensor> parts = new ArrayList<>(List.of(y));
        for (Tensor leaf : leaves) {
            // Each on its own scale, so that one large gradient does not hide errors in another.
            Tensor part = g.of(leaf);
            double largest = part.size() == 0 ? 1 : part.abs().max(false).item();
            parts.add(part.div(Math.max(1e-30, largest)));
        }
        return flat(parts);
    }

    @Test
    void matrixProducts() {
        int[][] sizes = {{1, 1, 1}, {3, 0, 5}, {0, 4, 5}, {7, 17, 33}, {65, 100, 31}, {128, 9, 1}};
        for (int[] s : sizes) {
            agree(
                    1e-6,
                    () ->
                            gradients(
                                    x -> x[0].matMul(x[1]),
                                    tensor(1, s[0], s[1]),
                                    tensor(2, s[1], s[2])));
            agree(
                    1e-6,
                    () ->
                            Functional.linear(
                                    tensor(1, s[0], s[1]),
                                    tensor(2, s[1], s[2]),
                                    tensor(3, s[2]),
                                    true));
        }
    }

    @Test
    void convolutions() {
        int[][] cases = {
            // n, h, w, ci, co, kernel, stride, padding, dilation, groups
            {1, 5, 7, 3, 5, 1, 1, 0, 1, 1},
            {2, 9, 8, 16, 17, 1, 2, 0, 1, 1},
            {1, 8, 9, 17, 33, 3, 1, 1, 1, 1},
            {2, 7, 9, 4, 8, 3, 2, 1, 1, 1},
            {1, 11, 10, 3, 16, 7, 2, 3, 1, 1},
            {1, 9, 9, 8, 8, 3, 1, 2, 2, 4},
            {1, 6, 6, 8, 8, 3, 1, 1, 1, 8},
            {1, 1, 1, 5, 6, 3, 1, 1, 1, 1},
            {0, 4, 4, 3, 4, 3, 1, 1, 1, 1}
        };
        for (int[] c : cases) {
            ConvParams p = new ConvParams(c[6], c[7], c[8], c[9]);
            agree(
                    2e-6,
                    () ->
                            gradients(
                                    x -> Functional.conv2d(x[0], x[1], x[2], p),
                                    tensor(1, c[0], c[1], c[2], c[3]),
                                    tensor(2, c[5], c[5], c[3] / c[9], c[4]),
                                    tensor(3, c[4])));
        }
        agree(
                2e-6,
                () ->
                        gradients(
                                x ->
                                        Functional.conv2d(
                                                x[0], x[1], x[2], x[3], true, ConvParams.of(1, 1)),
                                tensor(1, 2, 6, 5, 7),
                                tensor(2, 3, 3, 7, 9),
                                tensor(3, 9),
                                tensor(4, 2, 6, 5, 9)));
        agree(
                2e-6,
                () ->
                        gradients(
                                x -> Functional.convTranspose2x2(x[0], x[1], x[2], true),
                                tensor(1, 2, 3, 5, 17),
                                tensor(2, 17, 2, 2, 19),
                                tensor(3, 19)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 17, 32, 96})
    void normalisations(int c) {
        for (int hw : new int[] {1, 7, 29}) {
            agree(
                    2e-6,
                    () ->
                            gradients(
                                    x -> Functional.batchNorm(x[0], x[1], x[2], 1e-5).out(),
                                    tensor(1, 2, hw, hw + 1, c).mul(3).add(2),
                                    tensor(2, c),
                                    tensor(3, c)));
            for (int groups : new int[] {1, c % 4 == 0 ? 4 : c}) {
                // The gradient of a group of two is nothing but the rounding of eps.
                if (hw * (hw + 1) * c / groups > 2) {
                    agree(
                            2e-6,
                            () ->
                                    gradients(
                                            x ->
                                                    Functional.groupNorm(
                                                            x[0], groups, x[1], x[2], 1e-5),
                                            tensor(1, 2, hw, hw + 1, c).mul(3).add(2),
                                            tensor(2, c),
                                            tensor(3, c)));
                }
            }
        }
    }

    @Test
    void normalisationKeepsItsDigitsBesideALargeMean() {
        agree(
                2e-6,
                () ->
                        Functional.batchNorm(
                                        tensor(1, 2, 33, 31, 5).mul(0.01).add(8),
                                        tensor(2, 5),
                                        tensor(3, 5),
                                        1e-9)
                                .out());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 19, 70})
    void poolingAndResampling(int c) {
        agree(
                1e-6,
                () -> gradients(x -> Functional.maxPool2d(x[0], 3, 2, 1), tensor(1, 2, 9, 8, c)));
        agree(
                1e-6,
                () -> gradients(x -> Functional.maxPool2d(x[0], 1, 2, 0), tensor(1, 1, 7, 5, c)));
        agree(
                1e-6,
                () ->
                        gradients(
                                x -> Functional.maxPool2d(x[0], 3, 1, 1),
                                tensor(1, 2, 5, 6, c).floor())); // ties
        agree(1e-6, () -> gradients(x -> Functional.nearest(x[0], 14, 9), tensor(1, 2, 7, 4, c)));
        agree(1e-6, () -> gradients(x -> Functional.nearest(x[0], 3, 2), tensor(1, 1, 7, 5, c)));
        agree(1e-6, () -> gradients(x -> Functional.bilinear(x[0], 13, 17), tensor(1, 2, 7, 5, c)));
        agree(1e-6, () -> gradients(x -> Functional.bilinear(x[0], 3, 1), tensor(1, 1, 7, 5, c)));
        agree(
                1e-6,
                () ->
                        gradients(
                                x -> Functional.addUpsampled2x(x[0], x[1]),
                                tensor(1, 2, 6, 4, c),
                                tensor(2, 2, 3, 2, c)));
    }

    private static Tensor boxes(long seed, int n, float extent, float side) {
        Random random = new Random(seed);
        float[] b = new float[4 * n];
        for (int i = 0; i < n; i++) {
            float x = random.nextFloat() * extent - 5;
            float y = random.nextFloat() * extent - 5;
            b[4 * i] = x;
            b[4 * i + 1] = y;
            b[4 * i + 2] = x + random.nextFloat() * side;
            b[4 * i + 3] = y + random.nextFloat() * side;
        }
        return Tensor.of(b, n, 4);
    }

    private static Tensor ints(long seed, int n, int bound) {
        return Tensor.of(new Random(seed).ints(n, 0, bound).toArray(), n);
    }

    private static Tensor roiAlign(Tensor[] levels, int rois, int ratio, boolean aligned) {
        return Functional.roiAlign(
                List.of(levels),
                boxes(5, rois, 100, 90),
                ints(6, rois, 2),
                ints(7, rois, 2),
                new RoiAlignSpec(7, ratio, aligned, List.of(0.25, 0.125)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 37})
    void roiAlign(int c) {
        for (int rois : new int[] {0, 1, 23}) {
            for (int ratio : new int[] {0, 2}) {
                agree(
                        2e-6,
                        () ->
                                gradients(
                                        x -> roiAlign(x, rois, ratio, ratio == 0),
                                        tensor(1, 2, 25, 24, c),
                                        tensor(2, 2, 13, 12, c)));
            }
        }
    }

    @Test
    void nonMaximumSuppressionAgreesOnBoxesAndOrder() {
        for (int n : new int[] {0, 1, 2, 15, 16, 17, 500}) {
            for (int groups : new int[] {1, 3}) {
                for (double threshold : new double[] {0, 0.5, 0.7}) {
                    agree(0, () -> nms(n, groups, threshold));
                }
            }
        }
    }

    private static Tensor nms(int n, int groups, double threshold) {
        Tensor keep = Tensor.full(DType.INT32, 0, n);
        int count =
                keep.backend()
                        .vision()
                        .nms(
                                boxes(1, n, 40, 30).view(),
                                tensor(2, n).mul(4).floor().view(),
                                ints(3, n, groups).view(),
                                threshold,
                                keep.view());
        return keep.slice(0, 0, count);
    }

    @Test
    void overlapsAndMatches() {
        int[][] sizes = {{0, 5}, {5, 0}, {1, 1}, {3, 17}, {7, 1000}, {9, 2500}};
        for (int[] s : sizes) {
            agree(0, () -> iou(s[0], s[1]));
            agree(0, () -> match(s[0], s[1], true));
            agree(0, () -> match(s[0], s[1], false));
        }
    }

    private static Tensor iou(int m, int n) {
        Tensor out = Tensor.empty("iou", DType.FLOAT32, Shape.of(m, n));
        out.backend()
                .vision()
                .iou(boxes(1, m, 90, 60).view(), boxes(2, n, 90, 60).view(), out.view());
        return out;
    }

    private static Tensor match(int m, int n, boolean lowQuality) {
        // The last truth box touches nothing; boxes repeat, so that there are ties.
        Tensor truth = boxes(1, m, 90, 60);
        Tensor far = m == 0 ? truth : Tensor.concat(0, truth, truth.slice(0, 0, 1).add(1e4));
        Tensor some = boxes(2, n, 90, 60);
        Tensor boxes = n < 3 ? some : Tensor.concat(0, some, some.slice(0, 0, 3));
        Tensor matches = Tensor.empty("matches", DType.INT32, Shape.of(boxes.dim(0)));
        Tensor labels = Tensor.empty("labels", DType.INT32, Shape.of(boxes.dim(0)));
        truth.backend()
                .vision()
                .match(
                        (m > 3 ? truth : far).view(),
                        boxes.view(),
                        new double[] {0.3, 0.7},
                        new int[] {0, -1, 1},
                        lowQuality,
                        matches.view(),
                        labels.view());
        return Tensor.concat(0, matches, labels);
    }

    @Test
    void pastedMasksHaveTheSameRuns() {
        for (int n : new int[] {0, 1, 40}) {
            agree(0, () -> paste(n, boxes(4, n, 70, 60)));
        }
        float inf = Float.POSITIVE_INFINITY;
        float[] special = {
            0, 0, 50, 40, -10, -10, 60, 50, 3, 3, 3, 3, 10, 0, 20, 40, 0, 10, 50, 20, 60, 50, 70,
            60, -30, -30, -20, -20, 5, 5, inf, 20, Float.NaN, 0, 1, 1, 49, 39, 50, 40
        };
        agree(0, () -> paste(special.length / 4, Tensor.of(special, special.length / 4, 4)));
    }

    private static Tensor paste(int n, Tensor boxes) {
        Tensor masks = tensor(3, n, 28, 28).sigmoid();
        List<Integer> all = new ArrayList<>();
        for (double threshold : new double[] {0.5, 0.3}) {
            int[][] runs =
                    masks.backend()
                            .vision()
                            .pasteMasks(masks.view(), boxes.view(), 40, 50, threshold);
            for (int[] mask : runs) {
                int pixels = 0;
                for (int run : mask) {
                    pixels += run;
                    all.add(run);
                }
                assertEquals(40 * 50, pixels);
            }
        }
        return Tensor.of(all.stream().mapToInt(i -> i).toArray(), all.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, 40_009})
    void parameterUpdates(int n) {
        for (boolean nesterov : new boolean[] {false, true}) {
            agree(
                    5e-7,
                    () ->
                            optimise(
                                    n,
                                    (k, p, g, m, v, step) ->
                                            k.sgd(
                                                    p.view(), g.view(), m.view(), 0.1, 0.9, 1e-2,
                                                    nesterov, step == 1)));
        }
        agree(
                2e-6,
                () ->
                        optimise(
                                n,
                                (k, p, g, m, v, step) ->
                                        k.adamW(
                                                p.view(), g.view(), m.view(), v.view(), 1e-2, 0.9,
                                                0.999, 1e-8, 1e-2, step)));
        agree(
                1e-9,
                () -> {
                    Tensor x = tensor(1, n);
                    return Tensor.of(
                            new double[] {x.backend().optimizer().squaredNorm(x.view())}, 1);
                });
    }

    private interface Update {
        void run(OptimizerKernels k, Tensor p, Tensor g, Tensor m, Tensor v, int step);
    }

    private static Tensor optimise(int n, Update update) {
        Tensor p = tensor(1, n);
        Tensor m = Tensor.zeros(n);
        Tensor v = Tensor.zeros(n);
        for (int step = 1; step <= 3; step++) {
            update.run(p.backend().optimizer(), p, tensor(step + 1, n), m, v, step);
        }
        return Tensor.concat(0, p, m);
    }

    @Test
    void nonFiniteElementsAreFoundWhereverTheyAre() {
        for (Device device : List.of(Device.cpuReference(), Device.cpu())) {
            try (Scope _ = Scope.open("finite", device)) {
                for (int n : new int[] {1, 15, 16, 33, 40_009}) {
                    assertTrue(tensor(1, n).allFinite());
                    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
                        for (int at : new int[] {0, n / 2, n - 1}) {
                            float[] v = tensor(1, n).toFloats();
                            v[at] = bad;
                            assertEquals(false, Tensor.of(v, n).allFinite());
                        }
                    }
                }
            }
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        List<Supplier<Tensor>> kernels =
                List.of(
                        () ->
                                gradients(
                                        x ->
                                                Functional.conv2d(
                                                        x[0], x[1], x[2], ConvParams.of(1, 1)),
                                        tensor(1, 2, 23, 21, 16),
                                        tensor(2, 3, 3, 16, 32),
                                        tensor(3, 32)),
                        () ->
                                gradients(
                                        x -> Functional.batchNorm(x[0], x[1], x[2], 1e-5).out(),
                                        tensor(1, 2, 33, 31, 24),
                                        tensor(2, 24),
                                        tensor(3, 24)),
                        () ->
                                gradients(
                                        x -> Functional.groupNorm(x[0], 8, x[1], x[2], 1e-5),
                                        tensor(1, 2, 33, 31, 24),
                                        tensor(2, 24),
                                        tensor(3, 24)),
                        () ->
                                gradients(
                                        x -> roiAlign(x, 50, 0, true),
                                        tensor(1, 2, 25, 24, 70),
                                        tensor(2, 2, 13, 12, 70)),
                        () ->
                                gradients(
                                        x -> Functional.maxPool2d(x[0], 3, 2, 1),
                                        tensor(1, 2, 31, 30, 40)),
                        () ->
                                gradients(
                                        x -> Functional.bilinear(x[0], 40, 50),
                                        tensor(1, 2, 31, 30, 70)),
                        () ->
                                gradients(
                                        x -> x[0].matMul(x[1]),
                                        tensor(1, 120, 500),
                                        tensor(2, 500, 90)),
                        () -> tensor(1, 100_003).sum(),
                        () -> tensor(1, 10_007, 19).sum(false, 0),
                        () -> match(9, 2500, true),
                        () -> nms(500, 3, 0.5));
        int before = Workers.threads();
        try {
            for (Supplier<Tensor> kernel : kernels) {
                float[][] results = new float[3][];
                for (int threads = 1; threads <= 3; threads++) {
                    Workers.setThreads(threads);
                    try (Scope _ = Scope.open("threads", Device.cpu())) {
                        results[threads - 1] = kernel.get().toFloats();
                    }
                }
                assertArrayEquals(results[0], results[1]);
                assertArrayEquals(results[0], results[2]);
            }
        } finally {
            Workers.setThreads(before);
        }
    }
}
