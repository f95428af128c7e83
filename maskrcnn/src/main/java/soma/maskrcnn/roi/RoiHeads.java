package soma.maskrcnn.roi;

import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.rpn.Proposals;
import soma.nn.Module;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Box and mask heads over pooled proposals (detectron2's {@code StandardROIHeads}). */
public final class RoiHeads extends Module {
    /** Masks of this many detections are computed at a time, which bounds memory. */
    private static final int MASK_CHUNK = 64;

    private final RoiHeadsConfig config;
    private final BoxHeadConfig boxConfig;
    private final RoiSampler sampler;
    private final RoiPooler boxPooler;
    private final RoiPooler maskPooler;
    private final BoxHead boxHead;
    private final BoxPredictor boxPredictor;
    private final MaskHead maskHead;
    private final MaskLossConfig maskLoss;
    private final BoxInference inference;

    /**
     * Heads over levels of {@code channels} maps.
     *
     * @param strides of the levels that are pooled from, finest first
     */
    public RoiHeads(
            RoiHeadsConfig config,
            BoxHeadConfig box,
            MaskHeadConfig mask,
            int[] strides,
            int channels) {
        this.config = config;
        this.boxConfig = box;
        sampler = new RoiSampler(config);
        boxPooler = new RoiPooler(box.pooler(), strides);
        boxHead = child("box_head", new BoxHead(box, channels));
        boxPredictor =
                child(
                        "box_predictor",
                        new BoxPredictor(boxHead.width(), config.classes(), box.classAgnostic()));
        maskPooler = new RoiPooler(mask.pooler(), strides);
        maskLoss = mask.loss();
        maskHead = child("mask_head", new MaskHead(mask, channels, config.classes()));
        inference = new BoxInference(config, box);
    }

    /** Adds {@code loss_cls}, {@code loss_box_reg} and {@code loss_mask}. */
    public void losses(
            List<Tensor> features,
            List<Proposals> proposals,
            List<GroundTruth> truths,
            RandomGenerator random,
            TrainingLosses losses) {
        List<RoiSample> samples = sampler.sample(proposals, truths, random);
        int foreground = RoiBatch.foreground(samples);
        int background = samples.stream().mapToInt(RoiSample::size).sum() - foreground;
        losses.metric("roi_head/num_fg_samples", (double) foreground / truths.size());
        losses.metric("roi_head/num_bg_samples", (double) background / truths.size());
        Tensor boxes = RoiBatch.boxes(samples);
        BoxPredictions p = predictBoxes(features, boxes, RoiBatch.imageOf(samples));
        new BoxLosses(config, boxConfig).add(p, samples, losses);
        maskLoss(features, p, samples, losses);
    }

    private BoxPredictions predictBoxes(List<Tensor> features, Tensor boxes, Tensor image) {
        try (Scope scope = Scope.open("box head")) {
            BoxPredictions p =
                    boxPredictor.forward(boxHead.forward(boxPooler.pool(features, boxes, image)));
            return new BoxPredictions(scope.promote(p.logits()), scope.promote(p.deltas()));
        }
    }

    private void maskLoss(
            List<Tensor> features,
            BoxPredictions predictions,
            List<RoiSample> samples,
            TrainingLosses losses) {
        List<RoiSample> trained =
                boxConfig.trainOnPredictedBoxes()
                        ? withPredictedBoxes(predictions, samples)
                        : samples;
        int[] counts = trained.stream().mapToInt(RoiSample::foreground).toArray();
        Tensor[] boxes = new Tensor[counts.length];
        int[] classes = new int[RoiBatch.foreground(trained)];
        int from = 0;
        for (int i = 0; i < counts.length; i++) {
            boxes[i] = trained.get(i).boxes().slice(0, 0, counts[i]);
            System.arraycopy(trained.get(i).classes(), 0, classes, from, counts[i]);
            from += counts[i];
        }
        try (Scope scope = Scope.open("mask head")) {
            Tensor pooled =
                    maskPooler.pool(features, Tensor.concat(0, boxes), RoiBatch.imageOf(counts));
            Tensor logits = maskHead.forward(pooled, Tensor.of(classes, classes.length));
            TrainingLosses own = new TrainingLosses();
            MaskLoss.add(logits, trained, maskLoss, own);
            losses.addAll(own, scope);
        }
    }

    /** The boxes that the head predicts for each sample's own class, without gradient. */
    private List<RoiSample> withPredictedBoxes(BoxPredictions p, List<RoiSample> samples) {
        List<RoiSample> out = new ArrayList<>();
        int from = 0;
        for (RoiSample s : samples) {
            int[] rows = new int[s.size()];
            for (int i = 0; i < rows.length; i++) {
                int k = Math.min(s.classes()[i], config.classes() - 1);
                rows[i] = boxConfig.classAgnostic() ? from + i : (from + i) * config.classes() + k;
            }
            from += s.size();
            Tensor deltas = p.deltas().detach();
            Tensor own =
                    deltas.reshape(deltas.size() / 4, 4).indexSelect(Tensor.of(rows, rows.length));
            Tensor boxes = boxConfig.coder().decode(own, s.boxes());
            out.add(new RoiSample(boxes, s.classes(), s.matches(), s.foreground(), s.truth()));
        }
        return out;
    }

    /** Finds the objects of each image; without gradient. */
    public List<Detections> detect(
            List<Tensor> features, List<Proposals> proposals, ImageBatch batch, Trace trace) {
        int[] counts = proposals.stream().mapToInt(p -> p.boxes().dim(0)).toArray();
        Tensor boxes =
                Tensor.concat(0, proposals.stream().map(Proposals::boxes).toArray(Tensor[]::new));
        List<Detections> out = new ArrayList<>();
        try (Scope scope = Scope.open("roi heads");
                var _ = Autograd.noGrad()) {
            Tensor pooled = boxPooler.pool(features, boxes, RoiBatch.imageOf(counts));
            trace.seen("box.pooled", pooled);
            Tensor hidden = boxHead.forward(pooled);
            trace.seen("box.features", hidden);
            BoxPredictions p = boxPredictor.forward(hidden);
            Tensor probabilities = p.logits().softmax();
            trace.seen("box.scores", probabilities);
            trace.seen("box.deltas", p.deltas());
            int from = 0;
            for (int i = 0; i < counts.length; i++) {
                int to = from + counts[i];
                Detections d =
                        inference.detect(
                                proposals.get(i),
                                probabilities.slice(0, from, to).contiguous(),
                                p.deltas().slice(0, from, to).contiguous(),
                                batch.height(i),
                                batch.width(i));
                d.promoteTo(scope);
                out.add(d);
                from = to;
            }
        }
        return out;
    }

    /** Adds mask probabilities to the detections of image {@code i}. */
    public Detections masks(List<Tensor> features, Detections d, int i, Trace trace) {
        try (Scope scope = Scope.open("masks");
                var _ = Autograd.noGrad()) {
            List<Tensor> parts = new ArrayList<>();
            int from = 0;
            do {
                int to = Math.min(d.size(), from + MASK_CHUNK);
                parts.add(maskChunk(features, d, i, from, to, trace));
                from = to;
            } while (from < d.size());
            Tensor all =
                    parts.size() == 1
                            ? parts.getFirst()
                            : Tensor.concat(0, parts.toArray(Tensor[]::new));
            return d.withMasks(scope.promote(all));
        }
    }

    private Tensor maskChunk(
            List<Tensor> features, Detections d, int image, int from, int to, Trace trace) {
        try (Scope scope = Scope.open("mask chunk")) {
            int[] images = new int[to - from];
            java.util.Arrays.fill(images, image);
            Tensor pooled =
                    maskPooler.pool(
                            features,
                            d.boxes().slice(0, from, to),
                            Tensor.of(images, images.length));
            if (from == 0) {
                trace.seen("mask.pooled", pooled);
            }
            Tensor logits = maskHead.forward(pooled, d.classes().slice(0, from, to));
            return scope.promote(logits.sigmoid());
        }
    }
}
