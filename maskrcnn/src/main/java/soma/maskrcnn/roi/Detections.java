package soma.maskrcnn.roi;

import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.ArrayList;
import java.util.List;

/**
 * Objects found in one image, in the coordinates of the network's input, by descending score. Masks
 * stay box-sized until they are pasted.
 *
 * @param boxes [d,4]
 * @param scores [d]
 * @param classes INT32 [d], 0 to K-1
 * @param masks probabilities [d,M,M], or null before the mask head has run
 * @param height true height of the network's input
 * @param width its true width
 */
public record Detections(
        Tensor boxes, Tensor scores, Tensor classes, Tensor masks, int height, int width) {
    /** Masks are pasted a few at a time. */
    private static final int CHUNK = 64;

    /** The same detections with mask probabilities. */
    public Detections withMasks(Tensor probabilities) {
        return new Detections(boxes, scores, classes, probabilities, height, width);
    }

    /** Lets the tensors outlive a scope. */
    public void promoteTo(Scope scope) {
        scope.promote(boxes);
        scope.promote(scores);
        scope.promote(classes);
        if (masks != null) {
            scope.promote(masks);
        }
    }

    /** Number of detections. */
    public int size() {
        return boxes.dim(0);
    }

    /**
     * Detections in an output of another size (detectron2's {@code detector_postprocess}): boxes
     * are scaled and clipped, empty ones dropped, masks pasted and thresholded.
     *
     * @param maskThreshold a pixel belongs to the mask where its probability is at least this
     */
    public Instances postprocess(int outHeight, int outWidth, double maskThreshold) {
        try (Scope _ = Scope.open("postprocess")) {
            float sx = (float) outWidth / width;
            float sy = (float) outHeight / height;
            Tensor scaled = boxes.mul(Tensor.of(new float[] {sx, sy, sx, sy}, 4));
            Tensor clipped = Boxes.clip(scaled, outHeight, outWidth);
            Tensor keep = Boxes.larger(clipped, 0);
            Tensor kept = clipped.indexSelect(keep);
            Tensor probabilities = masks.indexSelect(keep);
            List<Rle> pasted = paste(probabilities, kept, outHeight, outWidth, maskThreshold);
            return new Instances(
                    outHeight,
                    outWidth,
                    kept.toFloats(),
                    scores.indexSelect(keep).toFloats(),
                    classes.indexSelect(keep).toInts(),
                    pasted,
                    new MaskProbabilities(
                            masks.dim(1), probabilities.toFloats(), MaskPaste.DETECTRON2));
        }
    }

    private static List<Rle> paste(
            Tensor probabilities, Tensor boxes, int height, int width, double threshold) {
        List<Rle> out = new ArrayList<>();
        for (int from = 0; from < boxes.dim(0); from += CHUNK) {
            int to = Math.min(boxes.dim(0), from + CHUNK);
            int[][] runs =
                    Vision.pasteMasks(
                            probabilities.slice(0, from, to),
                            boxes.slice(0, from, to),
                            height,
                            width,
                            threshold);
            for (int[] counts : runs) {
                out.add(Rle.of(height, width, counts));
            }
        }
        return out;
    }
}
