package soma.tensor.spi;

import java.util.List;

/**
 * Kernels of detection models. Boxes are x1, y1, x2, y2 rows of float32; all operands contiguous.
 */
public interface VisionKernels {
    /**
     * Where RoIs are pooled from.
     *
     * @param size output side P
     * @param samplingRatio samples per bin side; 0 means {@code ceil(roi / P)} for each RoI
     * @param aligned subtracts half a pixel (RoIAlign V2) and drops the minimum RoI side of 1
     * @param scales of each level: 1 / stride
     */
    record RoiAlignSpec(int size, int samplingRatio, boolean aligned, List<Double> scales) {}

    /**
     * RoIAlign (He et al. 2017; detectron2's ROIAlignV2 when aligned) over all pyramid levels at
     * once.
     *
     * @param levels maps [n,h,w,c], one per scale
     * @param boxes [r,4] in image pixels
     * @param image INT32 [r], index into n
     * @param level INT32 [r], index into levels
     * @param out [r,P,P,c]
     */
    void roiAlign(
            RoiAlignSpec spec, List<View> levels, View boxes, View image, View level, View out);

    /**
     * Adds the gradients of {@link #roiAlign} to {@code gradLevels}, which the caller has zeroed;
     * none to the boxes.
     */
    void roiAlignBackward(
            RoiAlignSpec spec,
            View gradOut,
            View boxes,
            View image,
            View level,
            List<View> gradLevels);

    /**
     * Greedy non-maximum suppression inside groups: suppresses a lower-scored box whose IoU with a
     * kept one of its group is greater than {@code threshold}. Ties of score go to the lower index.
     *
     * @param boxes [n,4]
     * @param scores [n]
     * @param group INT32 [n]; boxes of a negative one take no part
     * @param keep INT32 [n], its first elements are overwritten with kept indices by descending
     *     score
     * @return how many are kept
     */
    int nms(View boxes, View scores, View group, double threshold, View keep);

    /**
     * IoU of each box of a [m,4] with each of b [n,4] into out [m,n]; 0 where they don't intersect.
     */
    void iou(View a, View b, View out);

    /**
     * detectron2's Matcher over IoU without forming the m x n matrix.
     *
     * @param truth [m,4]
     * @param boxes [n,4]
     * @param thresholds ascending, k of them
     * @param labels k + 1 labels of the half-open intervals between thresholds
     * @param allowLowQuality gives label 1 to every box that ties for the best of some truth box
     * @param matches INT32 [n]: index of the best truth box (lowest on ties), 0 if there is none
     * @param matchLabels INT32 [n]; all {@code labels[0]} if m is 0
     */
    void match(
            View truth,
            View boxes,
            double[] thresholds,
            int[] labels,
            boolean allowLowQuality,
            View matches,
            View matchLabels);

    /** The label of examples that no loss sees. */
    int IGNORE = -1;

    /**
     * How many examples are chosen.
     *
     * @param count how many in all, if there are enough
     * @param mostPositive at most so many of them are positive; missing ones are filled with
     *     background
     * @param background label of background; all others but {@link #IGNORE} are positive
     * @param seed what the choice depends on besides the labels
     */
    record SubsampleSpec(int count, int mostPositive, int background, long seed) {}

    /**
     * Chooses examples at random without replacement (detectron2's {@code subsample_labels}). The
     * key of example i is word i of the stream that Philox4x32-10 (Salmon et al. 2011) makes of the
     * seed: word i % 4 of the counter (i / 4, 0, 0, 0), with the seed's low and high half as key.
     * Of the positives and of the background those of the smallest keys, as unsigned numbers, are
     * chosen; of equal keys the lower index. Every backend chooses the same.
     *
     * @param labels INT32 [n]
     * @param index INT32 [min(count, n)], overwritten: chosen positives, ascending, then chosen
     *     background, ascending, then zeros
     * @param sizes INT32 [2], overwritten: how many positives and how much background is chosen
     */
    void subsample(SubsampleSpec spec, View labels, View index, View sizes);

    /**
     * Pastes mask probabilities into the image and thresholds them (spec: detectron2's
     * paste_masks_in_image, CPU path).
     *
     * @param probabilities [n,M,M]
     * @param boxes [n,4] in output pixels
     * @param threshold a pixel is set where its value is at least this
     * @return for each mask its column-major runs, starting with zeros, summing to height * width
     */
    int[][] pasteMasks(View probabilities, View boxes, int height, int width, double threshold);

    /**
     * How masks become targets.
     *
     * @param height rows of the masks
     * @param width columns of the masks
     * @param aligned as in {@link RoiAlignSpec}
     * @param hard 1 for a target of at least one half, else 0
     */
    record MaskTargetSpec(int height, int width, boolean aligned, boolean hard) {}

    /**
     * Crops binary masks to boxes and resizes them to M x M (detectron2's {@code crop_and_resize}):
     * the very values of {@link #roiAlign} on the decoded masks at scale 1 with as many samples as
     * a bin has pixels. No mask is decoded.
     *
     * @param runs INT32: where the column-major runs of each mask end, ascending, the first run
     *     being zeros; one mask after another. A mask without runs has no pixel
     * @param starts INT32 [objects + 1]: where the runs of each mask begin, and the end of the last
     * @param boxes [n,4] in pixels of the masks
     * @param object INT32 [n], index of each box's mask
     * @param out FLOAT32 [n,M,M]
     */
    void maskTargets(
            MaskTargetSpec spec, View runs, View starts, View boxes, View object, View out);
}
