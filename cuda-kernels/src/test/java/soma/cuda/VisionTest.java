package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Suppression, overlaps, matching and pasting on the emulator: the reference's very decisions. */
class VisionTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private final CudaBackend backend = EmulatedBackend.create();

    private static float[] boxes(long seed, int n, float extent, float side) {
        Random random = new Random(seed);
        float[] b = new float[4 * n];
        for (int i = 0; i < n; i++) {
            b[4 * i] = random.nextFloat() * extent - 5;
            b[4 * i + 1] = random.nextFloat() * extent - 5;
            b[4 * i + 2] = b[4 * i] + random.nextFloat() * side;
            b[4 * i + 3] = b[4 * i + 1] + random.nextFloat() * side;
        }
        return b;
    }

    private static float[] scores(int n) {
        Random random = new Random(n);
        float[] s = new float[n];
        for (int i = 0; i < n; i++) {
            s[i] = random.nextInt(40) / 8f; // ties
        }
        return s;
    }

    private void agree(Function<TestOperands, int[]> f) {
        int[] expected;
        try (TestOperands on = new TestOperands(Device.cpuReference().backend())) {
            expected = f.apply(on);
        }
        try (TestOperands on = new TestOperands(backend)) {
            assertArrayEquals(expected, f.apply(on));
        }
        assertEquals(0, backend.memory().liveBytes());
    }

    private static int[] nms(
            TestOperands on, float[] boxes, float[] scores, int[] groups, double threshold) {
        int n = scores.length;
        View keep = on.empty(DType.INT32, n);
        int kept =
                on.backend()
                        .vision()
                        .nms(
                                on.floats(boxes, n, 4),
                                on.floats(scores, n),
                                on.ints(groups, n),
                                threshold,
                                keep);
        return on.ints(keep, kept);
    }

    @Test
    void suppressionKeepsTheReferencesBoxesInItsOrder() {
        for (int n : new int[] {0, 1, 2, 63, 64, 65, 300, 2000}) {
            for (int groups : n > 300 ? new int[] {3} : new int[] {1, 3, 80}) {
                double[] thresholds = n > 300 ? new double[] {0.5} : new double[] {-1, 0, 0.5, 0.7};
                for (double threshold : thresholds) {
                    int[] group = new Random(3).ints(n, -groups / 2, groups).toArray();
                    agree(on -> nms(on, boxes(1, n, 60, 30), scores(n), group, threshold));
                }
            }
        }
    }

    @Test
    void suppressionOfOddBoxes() {
        float[] odd = {
            0, 0, 10, 10, 0, 0, 10, 10, 5, 5, 5, 5, 5, 5, 5, 5, NAN, 0, 10, 10, 0, 0, NAN, 10, 9, 9,
            1, 1, 0, 0, INF, INF, 0, 0, INF, INF, 0, 0, 10, 5, -20, -20, -10, -10
        };
        int n = odd.length / 4;
        float[] someNaN = scores(n);
        someNaN[1] = NAN;
        someNaN[3] = NAN;
        for (double threshold : new double[] {0.3, 0.5, 0.1f, 0.1}) {
            agree(on -> nms(on, odd, scores(n), new int[n], threshold));
            agree(on -> nms(on, odd, someNaN, new int[n], threshold));
        }
        // IoU exactly at the threshold is not above it.
        float[] half = {0, 0, 4, 4, 0, 0, 4, 2};
        agree(on -> nms(on, half, new float[] {2, 1}, new int[2], 0.5));
        agree(on -> nms(on, half, new float[] {2, 1}, new int[2], 0.5 - 1e-12));
    }

    @Test
    void suppressionInBandsIsThatInOne() {
        int n = 400;
        float[] boxes = boxes(1, n, 60, 30);
        try (TestOperands on = new TestOperands(backend)) {
            int[] whole = nms(on, boxes, scores(n), new int[n], 0.5);
            for (int words : new int[] {1, 2 * 64 * 7, 3 * 64 * 7 + 5}) {
                View keep = on.empty(DType.INT32, n);
                int kept =
                        new CudaNms(new Launcher(backend.driver()), backend, words)
                                .run(
                                        on.floats(boxes, n, 4),
                                        on.floats(scores(n), n),
                                        on.ints(new int[n], n),
                                        0.5,
                                        keep);
                assertArrayEquals(whole, on.ints(keep, kept));
            }
        }
    }

    @Test
    void moreBoxesThanTheBitsOfABlockHoldAreRefused() {
        int n = 400_000;
        try (TestOperands on = new TestOperands(backend)) {
            RuntimeException e =
                    assertThrows(
                            RuntimeException.class,
                            () -> nms(on, new float[4 * n], new float[n], new int[n], 0.5));
            assertEquals("nms: boxes: expected up to 388992 of them, got 400000", e.getMessage());
        }
    }

    private static int[] iou(TestOperands on, float[] a, float[] b) {
        int m = a.length / 4;
        int n = b.length / 4;
        View out = on.empty(DType.FLOAT32, m, n);
        on.backend().vision().iou(on.floats(a, m, 4), on.floats(b, n, 4), out);
        float[] q = on.floats(out);
        int[] bits = new int[q.length];
        Arrays.setAll(bits, i -> Float.floatToIntBits(q[i]));
        return bits;
    }

    @Test
    void overlapsAreTheReferencesToTheBit() {
        int[][] sizes = {{0, 5}, {5, 0}, {1, 1}, {3, 300}, {200, 17}};
        for (int[] s : sizes) {
            agree(on -> iou(on, boxes(1, s[0], 90, 60), boxes(2, s[1], 90, 60)));
        }
        float[] odd = {
            0, 0, 10, 10, NAN, 0, 10, 10, 0, 0, NAN, 10, 9, 9, 1, 1, 0, 0, INF, 10, 5, 5, 5, 5,
            -INF, 0, 0, 1, 0, 0, 1e-30f, 1e-30f, 0, 0, INF, INF
        };
        agree(on -> iou(on, odd, odd));
    }

    private static int[] match(TestOperands on, float[] truth, float[] boxes, boolean low) {
        int m = truth.length / 4;
        int n = boxes.length / 4;
        View matches = on.empty(DType.INT32, n);
        View labels = on.empty(DType.INT32, n);
        on.backend()
                .vision()
                .match(
                        on.floats(truth, m, 4),
                        on.floats(boxes, n, 4),
                        new double[] {0.3, 0.7},
                        new int[] {0, -1, 1},
                        low,
                        matches,
                        labels);
        int[] both = Arrays.copyOf(on.ints(matches), 2 * n);
        System.arraycopy(on.ints(labels), 0, both, n, n);
        return both;
    }

    @Test
    void matchesAndLabelsAreTheReferences() {
        int[][] sizes = {{0, 5}, {5, 0}, {1, 1}, {3, 17}, {7, 1000}, {130, 700}};
        for (int[] s : sizes) {
            float[] truth = boxes(1, s[0], 90, 60);
            float[] some = boxes(2, s[1], 90, 60);
            float[] twice = Arrays.copyOf(some, 2 * some.length);
            System.arraycopy(some, 0, twice, some.length, some.length);
            float[] far = Arrays.copyOf(truth, truth.length + 4);
            Arrays.fill(far, truth.length, far.length, 1e4f);
            for (boolean low : new boolean[] {true, false}) {
                agree(on -> match(on, truth, twice, low));
                agree(on -> match(on, far, some, low));
            }
        }
        float[] odd = {
            0, 0, INF, INF, NAN, 0, 1, 1, 0, 0, 10, 10, 3, 3, 3, 3, 0, 0, INF, INF, 2, 2, 9, 9
        };
        agree(on -> match(on, odd, odd, true));
    }

    private static int[] paste(
            TestOperands on, float[] boxes, int side, int height, int width, double threshold) {
        int n = boxes.length / 4;
        Random random = new Random(3);
        float[] masks = new float[n * side * side];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = random.nextFloat();
        }
        int[][] runs =
                on.backend()
                        .vision()
                        .pasteMasks(
                                on.floats(masks, n, side, side),
                                on.floats(boxes, n, 4),
                                height,
                                width,
                                threshold);
        List<Integer> all = new ArrayList<>(List.of(runs.length));
        for (int[] mask : runs) {
            assertEquals(height * width, Arrays.stream(mask).sum());
            all.add(-mask.length);
            Arrays.stream(mask).forEach(all::add);
        }
        return all.stream().mapToInt(i -> i).toArray();
    }

    @Test
    void pastedMasksHaveTheReferencesRuns() {
        agree(on -> paste(on, new float[0], 28, 40, 50, 0.5));
        agree(on -> paste(on, boxes(4, 12, 70, 60), 28, 40, 50, 0.5));
        agree(on -> paste(on, boxes(4, 3, 70, 60), 5, 7, 3, 0.3));
        agree(on -> paste(on, boxes(4, 2, 70, 60), 28, 0, 50, 0.5));
        agree(on -> paste(on, boxes(5, 2, 300, 200), 14, 301, 97, 0.5));
        float[] special = {
            0, 0, 50, 40, -10, -10, 60, 50, 3, 3, 3, 3, 10, 0, 20, 40, 0, 10, 50, 20, 60, 50, 70,
            60, -30, -30, -20, -20, 5, 5, INF, 20, NAN, 0, 1, 1, 49, 39, 50, 40, 0, 0, NAN, 9, 3e9f,
            0, 4e9f, 9, 5, NAN, 9, 9, 9, 9, 2, 2, -INF, 0, 9, 9
        };
        for (double threshold : new double[] {0.5, 0, 1e-9}) {
            agree(on -> paste(on, special, 28, 40, 50, threshold));
        }
    }

    @Test
    void pastingInBatchesIsThatInOne() {
        int n = 7;
        float[] masks = new float[n * 4];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = i % 3;
        }
        try (TestOperands on = new TestOperands(backend)) {
            View probabilities = on.floats(masks, n, 2, 2);
            View boxes = on.floats(boxes(4, n, 40, 40), n, 4);
            int[][] whole = backend.vision().pasteMasks(probabilities, boxes, 40, 40, 1);
            CudaMaskPaste batches =
                    new CudaMaskPaste(new Launcher(backend.driver()), backend, 3 * 50);
            assertArrayEquals(whole, batches.run(probabilities, boxes, 40, 40, 1));
        }
    }

    @Test
    void thePathWaitsForNoMoreThanItsCounts() {
        try (TestOperands on = new TestOperands(backend)) {
            View boxes = on.floats(boxes(1, 50, 60, 30), 50, 4);
            View scores = on.floats(scores(50), 50);
            View group = on.ints(new int[50], 50);
            View masks = on.floats(new float[50 * 16], 50, 4, 4);
            View keep = on.empty(DType.INT32, 50);
            long before = backend.roundTrips();
            backend.vision().nms(boxes, scores, group, 0.5, keep);
            assertEquals(1, backend.roundTrips() - before);
            backend.vision().pasteMasks(masks, boxes, 70, 70, 0);
            assertEquals(3, backend.roundTrips() - before);
            backend.vision()
                    .match(
                            boxes,
                            boxes,
                            new double[] {0.5},
                            new int[] {0, 1},
                            true,
                            keep,
                            on.empty(DType.INT32, 50));
            assertEquals(3, backend.roundTrips() - before);
        }
    }
}
