package soma.tensor.cpu.scalar;

import soma.tensor.spi.BoxKernels;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Coding and filtering of boxes as defined; arithmetic on boxes is float32. */
final class ScalarBoxes implements BoxKernels {
    @Override
    public void encode(Weights weights, View source, View target, View out) {
        float[] s = Values.floats(source);
        float[] t = Values.floats(target);
        float[] deltas = new float[s.length];
        for (int i = 0; i < s.length; i += 4) {
            for (int axis = 0; axis < 2; axis++) {
                float sourceSide = side(s, i, axis);
                float targetSide = side(t, i, axis);
                float move = centre(t, i, axis) - centre(s, i, axis);
                double weight = axis == 0 ? weights.x() : weights.y();
                double sideWeight = axis == 0 ? weights.width() : weights.height();
                deltas[i + axis] = move * (float) weight / sourceSide;
                deltas[i + axis + 2] =
                        (float) Math.log(targetSide / sourceSide) * (float) sideWeight;
            }
        }
        store(deltas, out);
    }

    @Override
    public void decode(Weights weights, View deltas, View boxes, View out) {
        int k = deltas.shape().dim(1);
        float[] d = Values.floats(deltas);
        float[] b = Values.floats(boxes);
        float[] decoded = new float[d.length];
        for (int i = 0; i < d.length; i += 4) {
            decode(weights, d, i, b, i / 4 / k * 4, decoded, i);
        }
        store(decoded, out);
    }

    private static void decode(
            Weights weights, float[] deltas, int d, float[] boxes, int b, float[] out, int o) {
        for (int axis = 0; axis < 2; axis++) {
            float weight = (float) (axis == 0 ? weights.x() : weights.y());
            float sideWeight = (float) (axis == 0 ? weights.width() : weights.height());
            float side = side(boxes, b, axis);
            float centre = deltas[d + axis] / weight * side + centre(boxes, b, axis);
            float ratio = Math.min(deltas[d + axis + 2] / sideWeight, (float) LARGEST_LOG_RATIO);
            float half = (float) Math.exp(ratio) * side * 0.5f;
            out[o + axis] = centre - half;
            out[o + axis + 2] = centre + half;
        }
    }

    @Override
    public void anchors(
            View cell,
            int height,
            int width,
            int strideY,
            int strideX,
            double offsetY,
            double offsetX,
            View out) {
        float[] c = Values.floats(cell);
        float[] grid = new float[height * width * c.length];
        for (int i = 0; i < grid.length; i++) {
            int pixel = i / c.length;
            float shift =
                    i % 2 == 0
                            ? pixel % width * strideX + (float) offsetX
                            : pixel / width * strideY + (float) offsetY;
            grid[i] = shift + c[i % c.length];
        }
        store(grid, out);
    }

    @Override
    public void proposals(
            Weights weights,
            Limits limits,
            View deltas,
            View anchors,
            View logits,
            View index,
            int level,
            View boxes,
            View scores,
            View group) {
        float[] d = Values.floats(deltas);
        float[] a = Values.floats(anchors);
        float[] logit = Values.floats(logits);
        int[] chosen = Values.ints(index);
        float[] box = new float[4 * chosen.length];
        float[] score = new float[chosen.length];
        double[] groups = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            decode(weights, d, 4 * chosen[i], a, 4 * chosen[i], box, 4 * i);
            score[i] = logit[chosen[i]];
            if (!allFinite(box, 4 * i, 4) || !Float.isFinite(score[i])) {
                groups[i] = NOT_FINITE;
            } else {
                groups[i] = clip(limits, box, 4 * i) ? level : LEFT_OUT;
            }
        }
        store(box, boxes);
        store(score, scores);
        Values.store(groups, group);
    }

    @Override
    public void candidates(
            Limits limits, double threshold, View boxes, View scores, View out, View group) {
        int perRoi = boxes.shape().dim(1);
        int columns = scores.shape().dim(1);
        int classes = columns - 1;
        float[] b = Values.floats(boxes);
        float[] s = Values.floats(scores);
        double[] groups = new double[group.shape().size()];
        float[] clipped = new float[4 * groups.length];
        for (int i = 0; i < groups.length; i++) {
            int roi = i / classes;
            int k = i % classes;
            int from = 4 * (roi * perRoi + (perRoi == 1 ? 0 : k));
            System.arraycopy(b, from, clipped, 4 * i, 4);
            if (!allFinite(b, 4 * roi * perRoi, 4 * perRoi)
                    || !allFinite(s, roi * columns, columns)) {
                groups[i] = NOT_FINITE;
            } else {
                boolean large = clip(limits, clipped, 4 * i);
                groups[i] = large && s[roi * columns + k] > (float) threshold ? k : LEFT_OUT;
            }
        }
        store(clipped, out);
        Values.store(groups, group);
    }

    /** Clips the box at i; returns whether it is large enough then. */
    private static boolean clip(Limits limits, float[] b, int i) {
        for (int j = 0; j < 4; j++) {
            double limit = j % 2 == 0 ? limits.width() : limits.height();
            b[i + j] = Math.min(Math.max(b[i + j], 0), (float) limit);
        }
        float shorter = Math.min(side(b, i, 0), side(b, i, 1));
        float least = (float) limits.minSide();
        return limits.included() ? shorter >= least : shorter > least;
    }

    private static boolean allFinite(float[] values, int from, int n) {
        for (int i = from; i < from + n; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    private static float side(float[] b, int i, int axis) {
        return b[i + axis + 2] - b[i + axis];
    }

    private static float centre(float[] b, int i, int axis) {
        return b[i + axis] + side(b, i, axis) * 0.5f;
    }

    private static void store(float[] values, View out) {
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        Values.store(wide, out);
    }
}
