package soma.maskrcnn.roi;

import soma.maskrcnn.forward.TrainingLosses;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        if (total > 0) {
            addAccuracy(p.logits().detach(), labels, RoiBatch.foreground(samples), losses);
        }
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

    private void addAccuracy(Tensor logits, Tensor labels, int foreground, TrainingLosses losses) {
        Tensor predicted = logits.argmax();
        Tensor right = predicted.compare(Compare.EQ, labels).to(DType.FLOAT32);
        Tensor isForeground = labels.compare(Compare.LT, heads.classes()).to(DType.FLOAT32);
        Tensor missed = predicted.compare(Compare.EQ, heads.classes()).to(DType.FLOAT32);
        int total = labels.size();
        losses.metrics(
                List.of(right.sum(), right.mul(isForeground).sum(), missed.mul(isForeground).sum()),
                n -> {
                    Map<String, Double> figures = new LinkedHashMap<>();
                    figures.put("fast_rcnn/cls_accuracy", n[0] / total);
                    if (foreground > 0) {
                        figures.put("fast_rcnn/fg_cls_accuracy", n[1] / foreground);
                        figures.put("fast_rcnn/false_negative", n[2] / foreground);
                    }
                    return figures;
                });
    }
}
