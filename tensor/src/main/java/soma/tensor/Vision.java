package soma.tensor;

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
     * Greedy non-maximum suppression inside groups; see {@link soma.tensor.spi.VisionKernels#nms}.
     *
     * @param scores [n]
     * @param group INT32 [n]; boxes of different groups never suppress each other
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

    private static int boxRows(String op, String argument, Tensor boxes) {
        OpChecks.rank(op, argument, boxes, 2);
        OpChecks.dtype(op, argument, boxes, DType.FLOAT32);
        OpChecks.shape(op, argument, boxes, boxes.dim(0), 4);
        return boxes.dim(0);
    }
}
