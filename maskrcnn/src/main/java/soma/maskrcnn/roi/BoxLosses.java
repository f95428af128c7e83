package soma.maskrcnn.roi;

import soma.maskrcnn.forward.TrainingLosses;
import soma.tensor.Functional;
import soma.tensor.Tensor;

import java.util.List;

/** The losses of the box head (detectron2's {@code FastRCNNOutputLayers.losses}). */
public final class BoxLosses {
    private final RoiHeadsConfig heads;
    private final BoxHeadConfig config;

    /** The losses of a config. */
    public BoxLosses(RoiHeadsConfig heads, BoxHeadConfig config) {
        this.heads = heads;
        this.config = config;
    }

    /**
     * {@code loss_cls}: mean cross-entropy over all RoIs. {@code loss_box_reg}: sum over foreground
     * RoIs and coordinates, divided by the number of all RoIs.
     */
    public void add(BoxPredictions p, List<RoiSample> samples, TrainingLosses losses) {
        int[] classes = RoiBatch.classes(samples);
        int total = classes.length;
        Tensor labels = Tensor.of(classes, total);
        losses.add(
                "loss_cls",
                Functional.crossEntropy(p.logits(), labels).sum().div(Math.max(1, total)));
        losses.add("loss_box_reg", boxLoss(p.deltas(), samples, total));
        accuracy(p.logits(), classes, losses);
    }

    private Tensor boxLoss(Tensor deltas, List<RoiSample> samples, int total) {
        int count = RoiBatch.foreground(samples);
        int[] rows = new int[count];
        float[] truth = new float[4 * count];
        int[] foregroundRow = new int[count];
        int n = 0;
        int from = 0;
        for (RoiSample s : samples) {
            for (int i = 0; i < s.foreground(); i++) {
                rows[n] = from + i;
                foregroundRow[n] =
                        config.classAgnostic()
                                ? from + i
                                : (from + i) * heads.classes() + s.classes()[i];
                System.arraycopy(s.truth().boxes(), 4 * s.matches()[i], truth, 4 * n, 4);
                n++;
            }
            from += s.size();
        }
        Tensor boxes = RoiBatch.boxes(samples).indexSelect(Tensor.of(rows, count));
        Tensor target = config.coder().encode(boxes, Tensor.of(truth, count, 4));
        Tensor predicted =
                deltas.reshape(deltas.size() / 4, 4).indexSelect(Tensor.of(foregroundRow, count));
        return Functional.smoothL1(predicted, target, config.smoothL1Beta())
                .sum()
                .mul(config.boxLossWeight() / Math.max(1, total));
    }

    private void accuracy(Tensor logits, int[] classes, TrainingLosses losses) {
        if (classes.length == 0) {
            return;
        }
        int[] predicted = logits.detach().argmax().toInts();
        int background = heads.classes();
        int right = 0;
        int foreground = 0;
        int foregroundRight = 0;
        int missed = 0;
        for (int i = 0; i < classes.length; i++) {
            right += predicted[i] == classes[i] ? 1 : 0;
            if (classes[i] != background) {
                foreground++;
                foregroundRight += predicted[i] == classes[i] ? 1 : 0;
                missed += predicted[i] == background ? 1 : 0;
            }
        }
        losses.metric("fast_rcnn/cls_accuracy", (double) right / classes.length);
        if (foreground > 0) {
            losses.metric("fast_rcnn/fg_cls_accuracy", (double) foregroundRight / foreground);
            losses.metric("fast_rcnn/false_negative", (double) missed / foreground);
        }
    }
}
