package soma.tensor;

import soma.tensor.spi.BoxKernels.Limits;
import soma.tensor.spi.BoxKernels.Weights;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.MaskTargetSpec;
import soma.tensor.spi.VisionKernels.SubsampleSpec;

import java.util.List;

/** Detection kernels without gradients, on float32 boxes {@code x1, y1, x2, y2} [n,4] in pixels. */
public final class Vision {
    private Vision() {}

    /**
     * Which truth box each box belongs to.
     *
     * @param matches INT32 [n], index of the best truth box
     * @param labels INT32 [n]
     */
    public record Matches(Tensor matches, Tensor labels) {}

    /**
     * Chosen anchors of one level.
     *
     * @param deltas [t,4]
     * @param anchors [t,4]
     * @param logits [t]
     * @param index INT32 [n] of those that are chosen
     */
    public record AnchorChoice(Tensor deltas, Tensor anchors, Tensor logits, Tensor index) {}

    /**
     * Boxes that may go through {@link #nms}.
     *
     * @param boxes [n,4], clipped
     * @param scores [n]
     * @param group INT32 [n], negative for boxes that are left out
     */
    public record Candidates(Tensor boxes, Tensor scores, Tensor group) {}

    /**
     * Examples chosen at random; how many is known to the device, and to the host once it reads
     * {@code sizes}.
     *
     * @param index INT32 [min(count, n)]: chosen positives, ascending, then chosen background,
     *     ascending, then zeros
     * @param sizes INT32 [2]: how many positives, how much background
     */
    public record Subsample(Tensor index, Tensor sizes) {}

    /**
     * Chooses examples for a loss at random, a function of seed and labels that is the same on
     * every device; see {@link soma.tensor.spi.VisionKernels#subsample}.
     *
     * @param labels INT32 [n]; -1 takes no part, and what is neither that nor background is
     *     positive
     * @param count how many to choose, if there are enough
     * @param positiveFraction at most this share of {@code count} are positive; missing ones are
     *     filled with background
     */
    public static Subsample subsample(
            Tensor labels, int count, double positiveFraction, int background, long seed) {
        OpChecks.rank("subsample", "labels", labels, 1);
        OpChecks.dtype("subsample", "labels", labels, DType.INT32);
        if (count < 0) {
            throw ShapeException.of("subsample", "count", "at least 0", count);
        }
        int chosen = Math.min(count, labels.dim(0));
        Tensor index = Tensor.empty("subsample", DType.INT32, Shape.of(chosen));
        Tensor sizes = Tensor.empty("subsample", DType.INT32, Shape.of(2));
        SubsampleSpec spec =
                new SubsampleSpec(
                        count,
                        Math.clamp((long) (count * positiveFraction), 0, count),
                        background,
                        seed);
        labels.backend()
                .vision()
                .subsample(spec, labels.contiguous().view(), index.view(), sizes.view());
        return new Subsample(index, sizes);
    }

    /**
     * Greedy non-maximum suppression inside groups; see {@link soma.tensor.spi.VisionKernels#nms}.
     *
     * @param scores [n]
     * @param group INT32 [n]; boxes of different groups never suppress each other, and those of a
     *     negative one take no part
     * @return INT32 [kept], by descending score
     */
    public static Tensor nms(Tensor boxes, Tensor scores, Tensor group, double threshold) {
        int n = boxRows("nms", "boxes", boxes);
        OpChecks.shape("nms", "scores", scores, n);
        OpChecks.shape("nms", "group", group, n);
        OpChecks.dtype("nms", "group", group, DType.INT32);
        Tensor keep = Tensor.empty("nms", DType.INT32, Shape.of(n));
        int kept =
                boxes.backend()
                        .vision()
                        .nms(
                                boxes.contiguous().view(),
                                scores.contiguous().view(),
                                group.contiguous().view(),
                                threshold,
                                keep.view());
        return keep.slice(0, 0, kept);
    }

    /** IoU of every pair: [m,4] and [n,4] to [m,n]. */
    public static Tensor iou(Tensor a, Tensor b) {
        int m = boxRows("iou", "a", a);
        int n = boxRows("iou", "b", b);
        Tensor out = Tensor.empty("iou", DType.FLOAT32, Shape.of(m, n));
        a.backend().vision().iou(a.contiguous().view(), b.contiguous().view(), out.view());
        return out;
    }

    /**
     * detectron2's Matcher; see {@link soma.tensor.spi.VisionKernels#match}.
     *
     * @param truth [m,4]
     * @param boxes [n,4]
     */
    public static Matches match(
            Tensor truth,
            Tensor boxes,
            double[] thresholds,
            int[] labels,
            boolean allowLowQuality) {
        boxRows("match", "truth", truth);
        int n = boxRows("match", "boxes", boxes);
        if (labels.length != thresholds.length + 1) {
            throw ShapeException.of(
                    "match", "labels", thresholds.length + 1 + " of them", labels.length);
        }
        Tensor matches = Tensor.empty("match", DType.INT32, Shape.of(n));
        Tensor matchLabels = Tensor.empty("match", DType.INT32, Shape.of(n));
        boxes.backend()
                .vision()
                .match(
                        truth.contiguous().view(),
                        boxes.contiguous().view(),
                        thresholds,
                        labels,
                        allowLowQuality,
                        matches.view(),
                        matchLabels.view());
        return new Matches(matches, matchLabels);
    }

    /**
     * Pastes mask probabilities [n,M,M] into an image at boxes [n,4] and thresholds them.
     *
     * @return column-major runs of each mask, starting with zeros
     */
    public static int[][] pasteMasks(
            Tensor probabilities, Tensor boxes, int height, int width, double threshold) {
        int n = boxRows("pasteMasks", "boxes", boxes);
        OpChecks.rank("pasteMasks", "probabilities", probabilities, 3);
        int side = probabilities.dim(1);
        OpChecks.shape("pasteMasks", "probabilities", probabilities, n, side, side);
        return boxes.backend()
                .vision()
                .pasteMasks(
                        probabilities.contiguous().view(),
                        boxes.contiguous().view(),
                        height,
                        width,
                        threshold);
    }

    /**
     * What masks look like in boxes, resized to M x M; see {@link
     * soma.tensor.spi.VisionKernels#maskTargets}.
     *
     * @param runs INT32 [r]: where the column-major runs of each mask end, one mask after another
     * @param starts INT32 [objects + 1] into {@code runs}
     * @param boxes [n,4] in pixels of the masks
     * @param object INT32 [n], index of each box's mask
     * @param side M
     * @return [n,M,M], 0 to 1
     */
    public static Tensor maskTargets(
            MaskTargetSpec spec,
            Tensor runs,
            Tensor starts,
            Tensor boxes,
            Tensor object,
            int side) {
        int n = boxRows("maskTargets", "boxes", boxes);
        OpChecks.rank("maskTargets", "runs", runs, 1);
        OpChecks.dtype("maskTargets", "runs", runs, DType.INT32);
        OpChecks.rank("maskTargets", "starts", starts, 1);
        OpChecks.dtype("maskTargets", "starts", starts, DType.INT32);
        OpChecks.shape("maskTargets", "object", object, n);
        OpChecks.dtype("maskTargets", "object", object, DType.INT32);
        if (starts.dim(0) == 0) {
            throw ShapeException.of("maskTargets", "starts", "at least 1", 0);
        }
        if (spec.height() < 1 || spec.width() < 1) {
            throw ShapeException.of(
                    "maskTargets", "masks", "at least 1 x 1", spec.height() + " x " + spec.width());
        }
        Tensor out = Tensor.empty("maskTargets", DType.FLOAT32, Shape.of(n, side, side));
        boxes.backend()
                .vision()
                .maskTargets(
                        spec,
                        runs.contiguous().view(),
                        starts.contiguous().view(),
                        boxes.contiguous().view(),
                        object.contiguous().view(),
                        out.view());
        return out;
    }

    /** Deltas [n,4] from boxes [n,4] to others; see {@link soma.tensor.spi.BoxKernels#encode}. */
    public static Tensor encodeBoxes(Weights weights, Tensor source, Tensor target) {
        int n = boxRows("encodeBoxes", "source", source);
        boxRows("encodeBoxes", "target", target);
        OpChecks.shape("encodeBoxes", "target", target, n, 4);
        Tensor out = Tensor.empty("encodeBoxes", DType.FLOAT32, Shape.of(n, 4));
        source.backend()
                .boxes()
                .encode(
                        weights,
                        source.contiguous().view(),
                        target.contiguous().view(),
                        out.view());
        return out;
    }

    /**
     * Moves boxes by deltas; see {@link soma.tensor.spi.BoxKernels#decode}.
     *
     * @param deltas [n,k,4]
     * @param boxes [n,4]
     * @return [n,k,4]
     */
    public static Tensor decodeBoxes(Weights weights, Tensor deltas, Tensor boxes) {
        int n = boxRows("decodeBoxes", "boxes", boxes);
        OpChecks.rank("decodeBoxes", "deltas", deltas, 3);
        OpChecks.dtype("decodeBoxes", "deltas", deltas, DType.FLOAT32);
        OpChecks.shape("decodeBoxes", "deltas", deltas, n, deltas.dim(1), 4);
        Tensor out = Tensor.empty("decodeBoxes", DType.FLOAT32, deltas.shape());
        boxes.backend()
                .boxes()
                .decode(weights, deltas.contiguous().view(), boxes.contiguous().view(), out.view());
        return out;
    }

    /**
     * The anchors of a map [height * width * A, 4] from those of a cell [A,4]; see {@link
     * soma.tensor.spi.BoxKernels#anchors}.
     */
    public static Tensor anchors(
            Tensor cell,
            int height,
            int width,
            int strideY,
            int strideX,
            double offsetY,
            double offsetX) {
        int perCell = boxRows("anchors", "cell", cell);
        int n = Math.multiplyExact(Math.multiplyExact(height, width), perCell);
        Tensor out = Tensor.empty("anchors", DType.FLOAT32, Shape.of(n, 4));
        View from = cell.contiguous().view();
        cell.backend()
                .boxes()
                .anchors(from, height, width, strideY, strideX, offsetY, offsetX, out.view());
        return out;
    }

    /**
     * Decodes and clips chosen anchors of all levels; the group of those that may be proposals is
     * their level. See {@link soma.tensor.spi.BoxKernels#proposals}.
     */
    public static Candidates proposals(Weights weights, Limits limits, List<AnchorChoice> levels) {
        int total = 0;
        for (AnchorChoice level : levels) {
            int t = boxRows("proposals", "anchors", level.anchors);
            boxRows("proposals", "deltas", level.deltas);
            OpChecks.shape("proposals", "deltas", level.deltas, t, 4);
            OpChecks.shape("proposals", "logits", level.logits, t);
            OpChecks.rank("proposals", "index", level.index, 1);
            OpChecks.dtype("proposals", "index", level.index, DType.INT32);
            total += level.index.dim(0);
        }
        Tensor boxes = Tensor.empty("proposals", DType.FLOAT32, Shape.of(total, 4));
        Tensor scores = Tensor.empty("proposals", DType.FLOAT32, Shape.of(total));
        Tensor group = Tensor.empty("proposals", DType.INT32, Shape.of(total));
        int from = 0;
        for (int l = 0; l < levels.size(); l++) {
            AnchorChoice level = levels.get(l);
            int to = from + level.index.dim(0);
            boxes.backend()
                    .boxes()
                    .proposals(
                            weights,
                            limits,
                            level.deltas.contiguous().view(),
                            level.anchors.contiguous().view(),
                            level.logits.contiguous().view(),
                            level.index.contiguous().view(),
                            l,
                            boxes.slice(0, from, to).view(),
                            scores.slice(0, from, to).view(),
                            group.slice(0, from, to).view());
            from = to;
        }
        return new Candidates(boxes, scores, group);
    }

    /**
     * Clips the boxes of scored RoIs, one for each RoI and class; the group of those that may be
     * detections is their class. See {@link soma.tensor.spi.BoxKernels#candidates}.
     *
     * @param boxes [r,K,4], or [r,1,4] if classes share a box
     * @param scores [r,K+1], background last
     * @param threshold scores above this count
     * @return r * K of them, RoI by RoI
     */
    public static Candidates candidates(
            Limits limits, double threshold, Tensor boxes, Tensor scores) {
        OpChecks.rank("candidates", "scores", scores, 2);
        OpChecks.dtype("candidates", "scores", scores, DType.FLOAT32);
        OpChecks.rank("candidates", "boxes", boxes, 3);
        OpChecks.dtype("candidates", "boxes", boxes, DType.FLOAT32);
        int r = scores.dim(0);
        int classes = scores.dim(1) - 1;
        OpChecks.shape("candidates", "boxes", boxes, r, boxes.dim(1) == 1 ? 1 : classes, 4);
        Tensor out = Tensor.empty("candidates", DType.FLOAT32, Shape.of(r * classes, 4));
        Tensor group = Tensor.empty("candidates", DType.INT32, Shape.of(r * classes));
        scores.backend()
                .boxes()
                .candidates(
                        limits,
                        threshold,
                        boxes.contiguous().view(),
                        scores.contiguous().view(),
                        out.view(),
                        group.view());
        Tensor own = scores.slice(1, 0, classes).contiguous().reshape(r * classes);
        return new Candidates(out, own, group);
    }

    private static int boxRows(String op, String argument, Tensor boxes) {
        OpChecks.rank(op, argument, boxes, 2);
        OpChecks.dtype(op, argument, boxes, DType.FLOAT32);
        OpChecks.shape(op, argument, boxes, boxes.dim(0), 4);
        return boxes.dim(0);
    }
}
