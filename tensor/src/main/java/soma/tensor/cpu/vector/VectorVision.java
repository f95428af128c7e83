package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;
import static soma.tensor.cpu.vector.VectorWidth.LANES;

import soma.tensor.DType;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels;

import java.util.List;

/** Kernels of detection models on float32. */
final class VectorVision implements VisionKernels {
    private final VisionKernels reference;

    VectorVision(VisionKernels reference) {
        this.reference = reference;
    }

    @Override
    public void roiAlign(
            RoiAlignSpec spec, List<View> levels, View boxes, View image, View level, View out) {
        if (out.dtype() == DType.FLOAT32) {
            new VectorRoiAlign(spec, boxes, image, level).forward(levels, out);
        } else {
            reference.roiAlign(spec, levels, boxes, image, level, out);
        }
    }

    @Override
    public void roiAlignBackward(
            RoiAlignSpec spec,
            View gradOut,
            View boxes,
            View image,
            View level,
            List<View> gradLevels) {
        if (gradOut.dtype() == DType.FLOAT32) {
            new VectorRoiAlign(spec, boxes, image, level).backward(gradOut, gradLevels);
        } else {
            reference.roiAlignBackward(spec, gradOut, boxes, image, level, gradLevels);
        }
    }

    @Override
    public void maskTargets(
            MaskTargetSpec spec, View runs, View starts, View boxes, View object, View out) {
        VectorMaskTargets.run(spec, runs, starts, boxes, object, out);
    }

    @Override
    public void subsample(SubsampleSpec spec, View labels, View index, View sizes) {
        VectorSubsample.run(spec, labels, index, sizes);
    }

    @Override
    public int nms(View boxes, View scores, View group, double threshold, View keep) {
        return VectorNms.nms(boxes, scores, group, threshold, keep);
    }

    private static BoxColumns columns(View boxes) {
        return BoxColumns.of(floats(boxes), boxes.layout().offset(), boxes.shape().dim(0));
    }

    @Override
    public void iou(View a, View b, View out) {
        BoxColumns rows = columns(a);
        BoxColumns columns = columns(b);
        int n = b.shape().dim(0);
        float[] to = floats(out);
        Spans.forEach(
                a.shape().dim(0),
                Math.max(1, Spans.GRAIN / Math.max(1, n)),
                (from, end) -> {
                    float[] row = new float[columns.area.length];
                    for (int i = from; i < end; i++) {
                        for (int j = 0; j < n; j += LANES) {
                            columns.iou(rows, i, j).intoArray(row, j);
                        }
                        System.arraycopy(row, 0, to, out.layout().offset() + i * n, n);
                    }
                });
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
        VectorMatcher matcher = new VectorMatcher(columns(truth), m, columns(boxes), n);
        matcher.run(allowLowQuality && m > 0);
        int[] match = ints(matches);
        int[] label = ints(matchLabels);
        for (int j = 0; j < n; j++) {
            int interval = 0;
            // torch compares in float32
            while (m > 0
                    && interval < thresholds.length
                    && matcher.best(j) >= (float) thresholds[interval]) {
                interval++;
            }
            match[matches.layout().offset() + j] = matcher.match(j);
            label[matchLabels.layout().offset() + j] =
                    matcher.isBestOfARow(j) ? 1 : labels[interval];
        }
    }

    @Override
    public int[][] pasteMasks(
            View probabilities, View boxes, int height, int width, double threshold) {
        float[] masks = floats(probabilities);
        float[] corners = floats(boxes);
        int side = probabilities.shape().dim(2);
        int[][] runs = new int[boxes.shape().dim(0)][];
        Workers.parallelFor(
                runs.length,
                i ->
                        runs[i] =
                                new VectorMaskPaste(
                                                masks,
                                                probabilities.layout().offset() + i * side * side,
                                                side)
                                        .paste(
                                                corners,
                                                boxes.layout().offset() + 4 * i,
                                                height,
                                                width,
                                                (float) threshold));
        return runs;
    }
}
