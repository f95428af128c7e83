package soma.tensor.cpu.scalar;

import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels;

import java.util.Arrays;
import java.util.List;

/** Kernels of detection models by their definitions; arithmetic on boxes is float32. */
final class ScalarVision implements VisionKernels {
    @Override
    public void roiAlign(
            RoiAlignSpec spec, List<View> levels, View boxes, View image, View level, View out) {
        new ScalarRoiAlign(spec, out.dtype(), boxes, image, level).forward(levels, out);
    }

    @Override
    public void roiAlignBackward(
            RoiAlignSpec spec,
            View gradOut,
            View boxes,
            View image,
            View level,
            List<View> gradLevels) {
        new ScalarRoiAlign(spec, gradOut.dtype(), boxes, image, level)
                .backward(gradOut, gradLevels);
    }

    @Override
    public void maskTargets(
            MaskTargetSpec spec, View runs, View starts, View boxes, View object, View out) {
        ScalarMaskTargets.run(spec, runs, starts, boxes, object, out);
    }

    @Override
    public void subsample(SubsampleSpec spec, View labels, View index, View sizes) {
        ScalarSubsample.run(spec, labels, index, sizes);
    }

    @Override
    public int nms(View boxes, View scores, View group, double threshold, View keep) {
        float[] b = Values.floats(boxes);
        int[] groups = Values.ints(group);
        Integer[] order = ScalarIndex.order(Values.of(scores), true);
        double[] kept = new double[order.length];
        int count = 0;
        for (Integer candidate : order) {
            boolean suppressed = groups[candidate] < 0;
            for (int k = 0; k < count && !suppressed; k++) {
                int other = (int) kept[k];
                suppressed =
                        groups[other] == groups[candidate]
                                && nmsOverlap(b, 4 * other, 4 * candidate) > threshold;
            }
            if (!suppressed) {
                kept[count++] = candidate;
            }
        }
        Values.store(kept, keep);
        return count;
    }

    /** NaN for two boxes without area, which suppresses nothing. */
    private static float nmsOverlap(float[] b, int i, int j) {
        float inter = intersection(b, i, b, j);
        return inter / (area(b, i) + area(b, j) - inter);
    }

    private static float area(float[] b, int i) {
        return (b[i + 2] - b[i]) * (b[i + 3] - b[i + 1]);
    }

    private static float intersection(float[] a, int i, float[] b, int j) {
        float w = Math.min(a[i + 2], b[j + 2]) - Math.max(a[i], b[j]);
        float h = Math.min(a[i + 3], b[j + 3]) - Math.max(a[i + 1], b[j + 1]);
        return Math.max(w, 0) * Math.max(h, 0);
    }

    @Override
    public void iou(View a, View b, View out) {
        float[] q = quality(a, b);
        double[] result = new double[q.length];
        for (int i = 0; i < q.length; i++) {
            result[i] = q[i];
        }
        Values.store(result, out);
    }

    private static float[] quality(View a, View b) {
        float[] rows = Values.floats(a);
        float[] columns = Values.floats(b);
        int m = a.shape().dim(0);
        int n = b.shape().dim(0);
        float[] q = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float inter = intersection(rows, 4 * i, columns, 4 * j);
                float union = area(rows, 4 * i) + area(columns, 4 * j) - inter;
                q[i * n + j] = inter > 0 ? inter / union : 0;
            }
        }
        return q;
    }

    @Override
    public void match(
            View truth,
            View boxes,
            double[] thresholds,
            int[] labels,
            boolean allowLowQuality,
            View matches,
            View matchLabels) {
        int m = truth.shape().dim(0);
        int n = boxes.shape().dim(0);
        int[] best = new int[n];
        int[] bestLabels = new int[n];
        new ScalarMatcher(thresholds, labels, allowLowQuality)
                .match(quality(truth, boxes), m, n, best, bestLabels);
        Values.store(Arrays.stream(best).asDoubleStream().toArray(), matches);
        Values.store(Arrays.stream(bestLabels).asDoubleStream().toArray(), matchLabels);
    }

    @Override
    public int[][] pasteMasks(
            View probabilities, View boxes, int height, int width, double threshold) {
        float[] masks = Values.floats(probabilities);
        float[] b = Values.floats(boxes);
        int[][] runs = new int[boxes.shape().dim(0)][];
        for (int i = 0; i < runs.length; i++) {
            boolean[] set =
                    new ScalarMaskPaste(masks, i, probabilities.shape().dim(2))
                            .paste(b, i, height, width, threshold);
            runs[i] = runs(set, height, width);
        }
        return runs;
    }

    /** Column-major run lengths, starting with zeros. */
    private static int[] runs(boolean[] set, int height, int width) {
        int[] lengths = new int[set.length + 1];
        int count = 0;
        boolean current = false;
        for (int i = 0; i < set.length; i++) {
            boolean pixel = set[i % height * width + i / height];
            if (pixel != current) {
                count++;
                current = pixel;
            }
            lengths[count]++;
        }
        return Arrays.copyOf(lengths, count + 1);
    }
}
