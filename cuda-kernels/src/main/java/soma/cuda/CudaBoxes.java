package soma.cuda;

import static soma.cuda.OperandTypes.require;
import static soma.cuda.OperandTypes.requireFloat;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.BoxKernels;
import soma.tensor.spi.View;

/** Coding, clipping and filtering of boxes on float32. */
final class CudaBoxes implements BoxKernels {
    private static final int THREADS = 256;
    private static final int WARP = 32;

    private final Launcher launcher;

    CudaBoxes(Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    public void encode(Weights weights, View source, View target, View out) {
        requireFloat("encodeBoxes", "boxes", source, target, out);
        int n = source.shape().dim(0);
        launch(
                "box_encode_f32",
                2L * n,
                weights(
                        new Arguments()
                                .address(Launcher.address(source))
                                .address(Launcher.address(target))
                                .address(Launcher.address(out))
                                .u32(n),
                        weights));
    }

    @Override
    public void decode(Weights weights, View deltas, View boxes, View out) {
        requireFloat("decodeBoxes", "boxes", deltas, boxes, out);
        int count = out.shape().size() / 4;
        launch(
                "box_decode_f32",
                2L * count,
                weights(
                        new Arguments()
                                .address(Launcher.address(deltas))
                                .address(Launcher.address(boxes))
                                .address(Launcher.address(out))
                                .u32(count)
                                .u32(deltas.shape().dim(1)),
                        weights));
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
        requireFloat("anchors", "boxes", cell, out);
        int count = out.shape().size();
        launch(
                "anchors_f32",
                count,
                new Arguments()
                        .address(Launcher.address(cell))
                        .address(Launcher.address(out))
                        .u32(count)
                        .u32(cell.shape().dim(0))
                        .u32(width)
                        .u32(strideY)
                        .u32(strideX)
                        .f32(offsetY)
                        .f32(offsetX));
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
        requireFloat("proposals", "operand", deltas, anchors, logits, boxes, scores);
        require("proposals", "index", index, DType.INT32);
        require("proposals", "group", group, DType.INT32);
        int n = index.shape().dim(0);
        Arguments arguments =
                new Arguments()
                        .address(Launcher.address(deltas))
                        .address(Launcher.address(anchors))
                        .address(Launcher.address(logits))
                        .address(Launcher.address(index))
                        .address(Launcher.address(boxes))
                        .address(Launcher.address(scores))
                        .address(Launcher.address(group))
                        .u32(n)
                        .u32(level);
        launch("proposals_f32", n, limits(weights(arguments, weights), limits));
    }

    @Override
    public void candidates(
            Limits limits, double threshold, View boxes, View scores, View out, View group) {
        requireFloat("candidates", "operand", boxes, scores, out);
        require("candidates", "group", group, DType.INT32);
        int rois = scores.shape().dim(0);
        Arguments arguments =
                new Arguments()
                        .address(Launcher.address(boxes))
                        .address(Launcher.address(scores))
                        .address(Launcher.address(out))
                        .address(Launcher.address(group))
                        .u32(rois)
                        .u32(boxes.shape().dim(1))
                        .u32(scores.shape().dim(1) - 1)
                        .f32(threshold);
        launch("candidates_f32", (long) WARP * rois, limits(arguments, limits));
    }

    private static Arguments weights(Arguments arguments, Weights w) {
        return arguments.f32(w.x()).f32(w.y()).f32(w.width()).f32(w.height());
    }

    private static Arguments limits(Arguments arguments, Limits limits) {
        return arguments
                .f32(limits.height())
                .f32(limits.width())
                .f32(limits.minSide())
                .u32(limits.included() ? 1 : 0);
    }

    private void launch(String entry, long threads, Arguments arguments) {
        if (threads > 0) {
            launcher.launch(
                    KernelFamily.BOXES,
                    entry,
                    Geometry.covering(threads, THREADS, launcher.wave()),
                    arguments);
        }
    }
}
