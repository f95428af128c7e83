package soma.maskrcnn.roi;

import soma.maskrcnn.rpn.Proposals;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.BoxKernels.Limits;
import soma.tensor.spi.ElementwiseKernels.Compare;

/** From scored RoIs to detections (detectron2's {@code fast_rcnn_inference_single_image}). */
public final class BoxInference {
    private final RoiHeadsConfig heads;
    private final BoxHeadConfig config;

    /** Inference with the numbers of a config. */
    public BoxInference(RoiHeadsConfig heads, BoxHeadConfig config) {
        this.heads = heads;
        this.config = config;
    }

    /**
     * Detections of one image.
     *
     * @param proposals of the image
     * @param probabilities [r,K+1] softmax
     * @param deltas [r,4K], or [r,4] if class-agnostic
     */
    Detections detect(
            Proposals proposals, Tensor probabilities, Tensor deltas, int height, int width) {
        try (Scope scope = Scope.open("box inference")) {
            int r = probabilities.dim(0);
            int boxesPerRoi = config.classAgnostic() ? 1 : heads.classes();
            Tensor boxes =
                    config.coder()
                            .decode(deltas.reshape(r, boxesPerRoi, 4), proposals.boxes())
                            .reshape(r, boxesPerRoi * 4);
            Detections d = select(boxes, probabilities, height, width);
            d.promoteTo(scope);
            return d;
        }
    }

    /**
     * Detections among decoded boxes.
     *
     * @param boxes [r,4K], or [r,4] if class-agnostic
     * @param probabilities [r,K+1], background last
     */
    public Detections select(Tensor boxes, Tensor probabilities, int height, int width) {
        try (Scope scope = Scope.open("box selection")) {
            double minSide = heads.minSide() > 0 ? heads.minSide() : Double.NEGATIVE_INFINITY;
            Vision.Candidates all =
                    Vision.candidates(
                            new Limits(height, width, minSide, true),
                            heads.scoreThreshold(),
                            boxes.reshape(boxes.dim(0), boxes.dim(1) / 4, 4),
                            probabilities);
            // Most scores are low: what is left is so much less that it pays to ask how many.
            Tensor candidates = all.group().compare(Compare.GE, 0).nonZero();
            Tensor candidateBoxes = all.boxes().indexSelect(candidates);
            Tensor candidateScores = all.scores().indexSelect(candidates);
            Tensor classes = all.group().indexSelect(candidates);
            Tensor keep =
                    Vision.nms(candidateBoxes, candidateScores, classes, heads.nmsThreshold());
            int limit = heads.detectionsPerImage();
            if (limit >= 0 && keep.dim(0) > limit) {
                keep = keep.slice(0, 0, limit);
            }
            return new Detections(
                    scope.promote(candidateBoxes.indexSelect(keep)),
                    scope.promote(candidateScores.indexSelect(keep)),
                    scope.promote(classes.indexSelect(keep)),
                    null,
                    height,
                    width);
        }
    }
}
