package soma.maskrcnn.roi;

import soma.maskrcnn.forward.TrainingLosses;
import soma.tensor.Functional;
import soma.tensor.Tensor;

import java.util.List;

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
        float[] targets = new float[logits.size()];
        int from = 0;
        for (RoiSample s : samples) {
            float[] part =
                    MaskTargets.of(
                            s.truth().masks(),
                            s.matches(),
                            s.boxes().toFloats(),
                            s.foreground(),
                            side,
                            config.soft());
            System.arraycopy(part, 0, targets, from, part.length);
            from += part.length;
        }
        Tensor truth = Tensor.of(targets, logits.shape().dims());
        losses.add(
                "loss_mask",
                Functional.binaryCrossEntropyWithLogits(logits, truth)
                        .sum()
                        .div(Math.max(1, targets.length)));
        if (config.diceWeight() > 0) {
            Tensor dice = DiceLoss.of(logits, truth);
            losses.add("loss_mask_dice", dice.mul(config.diceWeight()));
        }
        if (config.boundaryWeight() > 0) {
            float[] distances = SignedDistance.of(targets, side);
            Tensor boundary = BoundaryLoss.of(logits, Tensor.of(distances, logits.shape().dims()));
            losses.add("loss_mask_boundary", boundary.mul(config.boundaryWeight()));
        }
        accuracy(logits.detach().toFloats(), targets, losses);
    }

    private static void accuracy(float[] logits, float[] targets, TrainingLosses losses) {
        if (targets.length == 0) {
            return;
        }
        int wrong = 0;
        int positives = 0;
        int falsePositives = 0;
        int falseNegatives = 0;
        for (int i = 0; i < targets.length; i++) {
            boolean truth = targets[i] > 0.5;
            boolean predicted = logits[i] > 0;
            positives += truth ? 1 : 0;
            wrong += truth != predicted ? 1 : 0;
            falsePositives += predicted && !truth ? 1 : 0;
            falseNegatives += truth && !predicted ? 1 : 0;
        }
        int negatives = targets.length - positives;
        losses.metric("mask_rcnn/accuracy", 1 - (double) wrong / targets.length);
        losses.metric("mask_rcnn/false_positive", (double) falsePositives / Math.max(1, negatives));
        losses.metric("mask_rcnn/false_negative", (double) falseNegatives / Math.max(1, positives));
    }
}
