package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Kernels of detection models against the reference. */
abstract class VisionContract extends DeviceContract {
    static Tensor boxes(long seed, int n, float extent, float side) {
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

    static Tensor ints(long seed, int n, int bound) {
        return Tensor.of(new Random(seed).ints(n, 0, bound).toArray(), n);
    }

    static Tensor roiAlign(Tensor[] levels, int rois, int ratio, boolean aligned) {
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
                    agree(0, () -> nms(n, ints(3, n, groups), threshold));
                    agree(
                            0,
                            () ->
                                    nms(
                                            n,
                                            ints(3, n, groups).sub(Tensor.of(new int[] {1}, 1)),
                                            threshold));
                }
            }
        }
    }

    static Tensor nms(int n, Tensor group, double threshold) {
        Tensor keep = Tensor.full(DType.INT32, 0, n);
        int count =
                keep.backend()
                        .vision()
                        .nms(
                                boxes(1, n, 40, 30).view(),
                                tensor(2, n).mul(4).floor().view(),
                                group.view(),
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

    static Tensor match(int m, int n, boolean lowQuality) {
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

    @Test
    void beyondOneGridDimension() {
        int n = BEYOND_GRID;
        agree(0, () -> iou(n, 1));
        agree(0, () -> iou(1, n));
        agree(
                2e-6,
                () ->
                        gradients(
                                x ->
                                        Functional.roiAlign(
                                                List.of(x),
                                                boxes(5, n, 30, 20),
                                                ints(6, n, 2),
                                                ints(7, n, 1),
                                                new RoiAlignSpec(1, 1, true, List.of(0.25))),
                                tensor(1, 2, 5, 4, 1)));
    }
}
