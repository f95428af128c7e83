package soma.maskrcnn.roi;

import soma.maskrcnn.forward.TrainingLosses;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The losses of the mask head: detectron2's {@code mask_rcnn_loss} and what may stand beside it.
 */
public final class MaskLoss {
    private MaskLoss() {}

    /**
     * {@code loss_mask}: mean binary cross-entropy over all cells of all foreground RoIs; 0 where
     * there is none. With weights above 0 also {@code loss_mask_dice} and {@code
     * loss_mask_boundary}, times their weights.
     *
     * @param logits [f,M,M] of each RoI's own class
     */
    public static void add(
            Tensor logits, List<RoiSample> samples, MaskLossConfig config, TrainingLosses losses) {
        int side = logits.dim(1);
        Tensor[] targets = new Tensor[samples.size()];
        for (int i = 0; i < targets.length; i++) {
            RoiSample s = samples.get(i);
            targets[i] =
                    MaskTargets.of(
                            s.truth().masks(),
                            s.matches(),
                            s.boxes().slice(0, 0, s.foreground()),
                            side,
                            config.soft());
        }
        Tensor truth = Tensor.concat(0, targets);
        losses.add(
                "loss_mask",
                Functional.binaryCrossEntropyWithLogits(logits, truth)
                        .sum()
                        .div(Math.max(1, truth.size())));
        if (config.diceWeight() > 0) {
            Tensor dice = DiceLoss.of(logits, truth);
            losses.add("loss_mask_dice", dice.mul(config.diceWeight()));
        }
        if (config.boundaryWeight() > 0) {
            float[] distances = SignedDistance.of(truth.toFloats(), side);
            Tensor boundary = BoundaryLoss.of(logits, Tensor.of(distances, logits.shape().dims()));
            losses.add("loss_mask_boundary", boundary.mul(config.boundaryWeight()));
        }
        if (truth.size() > 0) {
            addAccuracy(logits.detach(), truth, losses);
        }
    }

    private static void addAccuracy(Tensor logits, Tensor targets, TrainingLosses losses) {
        Tensor truth = targets.compare(Compare.GT, 0.5).to(DType.FLOAT32);
        Tensor predicted = logits.compare(Compare.GT, 0).to(DType.FLOAT32);
        int cells = targets.size();
        losses.metrics(
                List.of(truth.sum(), predicted.sum(), truth.mul(predicted).sum()),
                n -> {
                    double falseNegatives = n[0] - n[2];
                    double falsePositives = n[1] - n[2];
                    double wrong = falsePositives + falseNegatives;
                    Map<String, Double> figures = new LinkedHashMap<>();
                    figures.put("mask_rcnn/accuracy", 1 - wrong / cells);
                    figures.put(
                            "mask_rcnn/false_positive", falsePositives / Math.max(1, cells - n[0]));
                    figures.put("mask_rcnn/false_negative", falseNegatives / Math.max(1, n[0]));
                    return figures;
                });
    }
}
