package soma.maskrcnn.roi;

import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.rpn.Proposals;
import soma.tensor.DType;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.List;

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
                            .decode(
                                    deltas.reshape(r, boxesPerRoi, 4),
                                    proposals
                                            .boxes()
                                            .reshape(r, 1, 4)
                                            .broadcastTo(Shape.of(r, boxesPerRoi, 4)))
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
            int r = boxes.dim(0);
            int boxesPerRoi = boxes.dim(1) / 4;
            Tensor scores = probabilities;
            if (!Tensor.allFinite(List.of(boxes, scores))) {
                Tensor finite = Boxes.finiteRows(Tensor.concat(1, boxes, scores));
                boxes = boxes.indexSelect(finite);
                scores = scores.indexSelect(finite);
                r = finite.dim(0);
            }
            Tensor flatBoxes = Boxes.clip(boxes.reshape(r * boxesPerRoi, 4), height, width);
            Tensor flatScores =
                    scores.slice(1, 0, heads.classes()).contiguous().reshape(r * heads.classes());
            // Row-major: RoI, then class.
            Tensor candidates = flatScores.compare(Compare.GT, heads.scoreThreshold()).nonZero();
            int[] index = candidates.toInts();
            int[] boxRow = new int[index.length];
            int[] classOf = new int[index.length];
            for (int i = 0; i < index.length; i++) {
                classOf[i] = index[i] % heads.classes();
                boxRow[i] = config.classAgnostic() ? index[i] / heads.classes() : index[i];
            }
            Tensor candidateBoxes = flatBoxes.indexSelect(Tensor.of(boxRow, boxRow.length));
            Tensor candidateScores = flatScores.indexSelect(candidates);
            Tensor classes = Tensor.of(classOf, classOf.length);
            if (heads.minSide() > 0) {
                Tensor large = Boxes.atLeast(candidateBoxes, heads.minSide());
                candidateBoxes = candidateBoxes.indexSelect(large);
                candidateScores = candidateScores.indexSelect(large);
                classes = classes.indexSelect(large);
            }
            Tensor keep =
                    Vision.nms(candidateBoxes, candidateScores, classes, heads.nmsThreshold());
            int limit = heads.detectionsPerImage();
            if (limit >= 0 && keep.dim(0) > limit) {
                keep = keep.slice(0, 0, limit);
            }
            return new Detections(
                    scope.promote(candidateBoxes.indexSelect(keep)),
                    scope.promote(candidateScores.indexSelect(keep)),
                    scope.promote(classes.to(DType.INT32).indexSelect(keep)),
                    null,
                    height,
                    width);
        }
    }
}
