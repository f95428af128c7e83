package soma.tensor.spi;

/**
 * Coding, clipping and filtering of boxes, and anchors. Boxes are x1, y1, x2, y2 rows of float32;
 * all operands contiguous. Each operation rounds to float32, in the order that detectron2 has them.
 */
public interface BoxKernels {
    /** Largest logarithm of a size ratio that is decoded, so that exp can't overflow. */
    double LARGEST_LOG_RATIO = Math.log(1000.0 / 16);

    /** The group of a box whose sides are too short, or whose score is too low. */
    int LEFT_OUT = -1;

    /** The group of a box that, or whose score, isn't finite. */
    int NOT_FINITE = -2;

    /** Factors of the four deltas. */
    record Weights(double x, double y, double width, double height) {}

    /**
     * Where boxes are clipped to, and how long both sides must be afterwards.
     *
     * @param height y goes from 0 to here
     * @param width x goes from 0 to here
     * @param minSide in pixels
     * @param included whether a side may be just that long
     */
    record Limits(double height, double width, double minSide, boolean included) {}

    /**
     * Deltas that turn {@code source} into {@code target} (detectron2's {@code
     * Box2BoxTransform.get_deltas}): centre offsets relative to the source's sides and logarithms
     * of ratios of sides, each times its weight.
     *
     * @param source [n,4], of positive width and height
     * @param target [n,4]
     * @param out [n,4]
     */
    void encode(Weights weights, View source, View target, View out);

    /**
     * Applies deltas to boxes (detectron2's {@code Box2BoxTransform.apply_deltas}).
     *
     * @param deltas [n,k,4]
     * @param boxes [n,4]
     * @param out [n,k,4]
     */
    void decode(Weights weights, View deltas, View boxes, View out);

    /**
     * The anchors of a map: row {@code (y * width + x) * A + a} of {@code out} is anchor a of the
     * cell, moved by {@code (x * strideX + offsetX, y * strideY + offsetY)}.
     *
     * @param cell [A,4], around the origin
     * @param out [height * width * A, 4]
     */
    void anchors(
            View cell,
            int height,
            int width,
            int strideY,
            int strideX,
            double offsetY,
            double offsetX,
            View out);

    /**
     * Chosen anchors as proposals (detectron2's {@code find_top_rpn_proposals} up to NMS): decodes
     * those at {@code index}, clips them and says in which group they are.
     *
     * @param deltas [t,4]
     * @param anchors [t,4]
     * @param logits [t]
     * @param index INT32 [n], each from 0 to t - 1
     * @param level the group of what is kept, not negative
     * @param boxes [n,4], overwritten
     * @param scores [n], overwritten with the logits
     * @param group INT32 [n], overwritten: level, {@link #LEFT_OUT} or {@link #NOT_FINITE}
     */
    void proposals(
            Weights weights,
            Limits limits,
            View deltas,
            View anchors,
            View logits,
            View index,
            int level,
            View boxes,
            View scores,
            View group);

    /**
     * What scored RoIs offer to NMS (detectron2's {@code fast_rcnn_inference_single_image} up to
     * it): each RoI's box of each class, clipped.
     *
     * @param threshold scores above this count
     * @param boxes [r,K,4], or [r,1,4] if classes share a box
     * @param scores [r,K+1], the background last
     * @param out [r*K,4], overwritten
     * @param group INT32 [r*K], overwritten: the class, {@link #LEFT_OUT}, or {@link #NOT_FINITE}
     *     for all of a RoI where one of its numbers isn't finite
     */
    void candidates(Limits limits, double threshold, View boxes, View scores, View out, View group);
}
