package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.spi.BoxKernels;
import soma.tensor.spi.ElementwiseKernels.Unary;
import soma.tensor.spi.View;

/**
 * Coding and filtering of boxes. Exponentials and logarithms go through vectors, a column at a
 * time; the rest is bound by memory. Arithmetic is that of the reference, in the same order.
 */
final class VectorBoxes implements BoxKernels {
    /** Boxes that are worth a task of their own. */
    private static final int GRAIN = 1 << 11;

    /** Boxes at one of several places in a buffer. */
    @FunctionalInterface
    private interface Place {
        int of(int i);
    }

    @Override
    public void encode(Weights weights, View source, View target, View out) {
        int n = source.shape().dim(0);
        float[] s = floats(source);
        float[] t = floats(target);
        float[] to = floats(out);
        float[] ratio = new float[2 * n];
        for (int i = 0; i < n; i++) {
            int a = source.layout().offset() + 4 * i;
            int b = target.layout().offset() + 4 * i;
            ratio[i] = (t[b + 2] - t[b]) / (s[a + 2] - s[a]);
            ratio[n + i] = (t[b + 3] - t[b + 1]) / (s[a + 3] - s[a + 1]);
        }
        apply(Unary.LOG, ratio, n);
        for (int i = 0; i < n; i++) {
            int a = source.layout().offset() + 4 * i;
            int b = target.layout().offset() + 4 * i;
            int o = out.layout().offset() + 4 * i;
            to[o] = move(s, a, t, b) * (float) weights.x() / (s[a + 2] - s[a]);
            to[o + 1] = move(s, a + 1, t, b + 1) * (float) weights.y() / (s[a + 3] - s[a + 1]);
            to[o + 2] = ratio[i] * (float) weights.width();
            to[o + 3] = ratio[n + i] * (float) weights.height();
        }
    }

    /** From the centre of one box to that of another, on the axis of a first coordinate. */
    private static float move(float[] s, int a, float[] t, int b) {
        return (t[b] + (t[b + 2] - t[b]) * 0.5f) - (s[a] + (s[a + 2] - s[a]) * 0.5f);
    }

    /** Of two columns of n. */
    private static void apply(Unary op, float[] columns, int n) {
        UnaryRows.rows(op, columns, 0, columns, 0, n);
        UnaryRows.rows(op, columns, n, columns, n, n);
    }

    @Override
    public void decode(Weights weights, View deltas, View boxes, View out) {
        int k = deltas.shape().dim(1);
        int d = deltas.layout().offset();
        int b = boxes.layout().offset();
        decode(
                weights,
                floats(deltas),
                i -> d + 4 * i,
                floats(boxes),
                i -> b + i / k * 4,
                floats(out),
                out.layout().offset(),
                deltas.shape().size() / 4);
    }

    private static void decode(
            Weights weights,
            float[] d,
            Place delta,
            float[] b,
            Place box,
            float[] out,
            int offset,
            int n) {
        float wx = (float) weights.x();
        float wy = (float) weights.y();
        float ww = (float) weights.width();
        float wh = (float) weights.height();
        float most = (float) LARGEST_LOG_RATIO;
        float[] ratio = new float[2 * n];
        for (int i = 0; i < n; i++) {
            int at = delta.of(i);
            ratio[i] = Math.min(d[at + 2] / ww, most);
            ratio[n + i] = Math.min(d[at + 3] / wh, most);
        }
        apply(Unary.EXP, ratio, n);
        Spans.forEach(
                n,
                GRAIN,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        int at = delta.of(i);
                        int p = box.of(i);
                        int o = offset + 4 * i;
                        decodeAxis(d[at] / wx, ratio[i], b, p, out, o);
                        decodeAxis(d[at + 1] / wy, ratio[n + i], b, p + 1, out, o + 1);
                    }
                });
    }

    private static void decodeAxis(float move, float ratio, float[] b, int p, float[] out, int o) {
        float side = b[p + 2] - b[p];
        float centre = move * side + (b[p] + side * 0.5f);
        float half = ratio * side * 0.5f;
        out[o] = centre - half;
        out[o + 2] = centre + half;
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
        float[] c = floats(cell);
        int first = cell.layout().offset();
        int n = cell.shape().size();
        float[] to = floats(out);
        int o = out.layout().offset();
        for (int y = 0; y < height; y++) {
            float shiftY = y * strideY + (float) offsetY;
            for (int x = 0; x < width; x++) {
                float shiftX = x * strideX + (float) offsetX;
                for (int j = 0; j < n; j += 2) {
                    to[o++] = shiftX + c[first + j];
                    to[o++] = shiftY + c[first + j + 1];
                }
            }
        }
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
        int n = index.shape().dim(0);
        int[] chosen = ints(index);
        int first = index.layout().offset();
        int d = deltas.layout().offset();
        int a = anchors.layout().offset();
        float[] box = floats(boxes);
        int o = boxes.layout().offset();
        decode(
                weights,
                floats(deltas),
                i -> d + 4 * chosen[first + i],
                floats(anchors),
                i -> a + 4 * chosen[first + i],
                box,
                o,
                n);
        float[] logit = floats(logits);
        float[] score = floats(scores);
        int[] groups = ints(group);
        for (int i = 0; i < n; i++) {
            float s = logit[logits.layout().offset() + chosen[first + i]];
            score[scores.layout().offset() + i] = s;
            int at = o + 4 * i;
            int kept = NOT_FINITE;
            if (allFinite(box, at, 4) && Float.isFinite(s)) {
                kept = clip(limits, box, at) ? level : LEFT_OUT;
            }
            groups[group.layout().offset() + i] = kept;
        }
    }

    @Override
    public void candidates(
            Limits limits, double threshold, View boxes, View scores, View out, View group) {
        int perRoi = boxes.shape().dim(1);
        int columns = scores.shape().dim(1);
        int classes = columns - 1;
        float[] b = floats(boxes);
        float[] s = floats(scores);
        float[] to = floats(out);
        int[] groups = ints(group);
        Spans.forEach(
                scores.shape().dim(0),
                Math.max(1, GRAIN / columns),
                (from, end) -> {
                    for (int roi = from; roi < end; roi++) {
                        int box = boxes.layout().offset() + 4 * roi * perRoi;
                        int score = scores.layout().offset() + roi * columns;
                        boolean finite =
                                allFinite(b, box, 4 * perRoi) && allFinite(s, score, columns);
                        for (int k = 0; k < classes; k++) {
                            int i = roi * classes + k;
                            int o = out.layout().offset() + 4 * i;
                            System.arraycopy(b, perRoi == 1 ? box : box + 4 * k, to, o, 4);
                            int kept = NOT_FINITE;
                            if (finite) {
                                boolean large = clip(limits, to, o);
                                kept = large && s[score + k] > (float) threshold ? k : LEFT_OUT;
                            }
                            groups[group.layout().offset() + i] = kept;
                        }
                    }
                });
    }

    /** Clips the box at i; returns whether it is large enough then. */
    private static boolean clip(Limits limits, float[] b, int i) {
        float width = (float) limits.width();
        float height = (float) limits.height();
        b[i] = Math.min(Math.max(b[i], 0), width);
        b[i + 1] = Math.min(Math.max(b[i + 1], 0), height);
        b[i + 2] = Math.min(Math.max(b[i + 2], 0), width);
        b[i + 3] = Math.min(Math.max(b[i + 3], 0), height);
        float shorter = Math.min(b[i + 2] - b[i], b[i + 3] - b[i + 1]);
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
}
