package soma.maskrcnn.roi;

import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;
import soma.tensor.DType;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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

    /** Numbers of a detection: box, score, class. */
    private static final int ROW = 6;

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
            // One read: what is empty is found out here.
            float[] rows =
                    Tensor.concat(
                                    1,
                                    clipped,
                                    scores.reshape(size(), 1),
                                    classes.to(DType.FLOAT32).reshape(size(), 1))
                            .toFloats();
            int[] keep = IntStream.range(0, size()).filter(i -> !isEmpty(rows, ROW * i)).toArray();
            float[] keptBoxes = new float[4 * keep.length];
            float[] keptScores = new float[keep.length];
            int[] keptClasses = new int[keep.length];
            for (int i = 0; i < keep.length; i++) {
                int row = ROW * keep[i];
                System.arraycopy(rows, row, keptBoxes, 4 * i, 4);
                keptScores[i] = rows[row + 4];
                keptClasses[i] = (int) rows[row + 5];
            }
            Tensor kept = Tensor.of(keep, keep.length);
            Tensor probabilities = masks.indexSelect(kept);
            List<Rle> pasted =
                    paste(
                            probabilities,
                            clipped.indexSelect(kept),
                            outHeight,
                            outWidth,
                            maskThreshold);
            return new Instances(
                    outHeight,
                    outWidth,
                    keptBoxes,
                    keptScores,
                    keptClasses,
                    pasted,
                    new MaskProbabilities(
                            masks.dim(1), probabilities.toFloats(), MaskPaste.DETECTRON2));
        }
    }

    private static boolean isEmpty(float[] rows, int box) {
        return !(rows[box + 2] - rows[box] > 0 && rows[box + 3] - rows[box + 1] > 0);
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
