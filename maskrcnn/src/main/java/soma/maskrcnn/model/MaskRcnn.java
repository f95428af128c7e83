package soma.maskrcnn.model;

import soma.maskrcnn.backbone.Fpn;
import soma.maskrcnn.backbone.FpnConfig;
import soma.maskrcnn.backbone.ResNet;
import soma.maskrcnn.backbone.ResNetConfig;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.ParameterRules;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.roi.BoxHeadConfig;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.MaskHeadConfig;
import soma.maskrcnn.roi.RoiHeads;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.maskrcnn.rpn.AnchorConfig;
import soma.maskrcnn.rpn.Proposals;
import soma.maskrcnn.rpn.Rpn;
import soma.maskrcnn.rpn.RpnConfig;
import soma.nn.Module;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Mask R-CNN (He et al. 2017) on a feature pyramid, with detectron2's numbers and parameter names.
 * Training and inference are different methods with different results; both run inside the caller's
 * {@link Scope}.
 */
public final class MaskRcnn extends Module {
    private final Normalization normalization;
    private final Fpn backbone;
    private final Rpn rpn;
    private final RoiHeads heads;
    private final List<String> rpnLevels;
    private final List<String> headLevels;

    private MaskRcnn(
            Normalization normalization,
            Fpn backbone,
            Rpn rpn,
            RoiHeads heads,
            RpnConfig rpnConfig,
            RoiHeadsConfig headsConfig) {
        this.normalization = normalization;
        this.backbone = child("backbone", backbone);
        this.rpn = child("proposal_generator", rpn);
        this.heads = child("roi_heads", heads);
        this.rpnLevels = rpnConfig.inFeatures();
        this.headLevels = headsConfig.inFeatures();
    }

    /**
     * The model that a config describes, without values: {@link Module#initialize} gives them.
     *
     * @throws soma.tensor.SomaException naming the key that does not fit
     */
    public static MaskRcnn from(Config config) {
        Normalization normalization = Normalization.from(config);
        Fpn backbone =
                new Fpn(
                        FpnConfig.from(config),
                        new ResNet(ResNetConfig.from(config), normalization.mean().length));
        RpnConfig rpnConfig = RpnConfig.from(config);
        Rpn rpn =
                new Rpn(
                        rpnConfig,
                        AnchorConfig.from(config),
                        strides(backbone, rpnConfig.inFeatures()),
                        backbone.channels());
        RoiHeadsConfig headsConfig = RoiHeadsConfig.from(config);
        RoiHeads heads =
                new RoiHeads(
                        headsConfig,
                        BoxHeadConfig.from(config),
                        MaskHeadConfig.from(config),
                        strides(backbone, headsConfig.inFeatures()),
                        backbone.channels());
        MaskRcnn model = new MaskRcnn(normalization, backbone, rpn, heads, rpnConfig, headsConfig);
        ParameterRules.from(config).freeze(model.namedParameters());
        return model;
    }

    private static int[] strides(Fpn backbone, List<String> levels) {
        return levels.stream().mapToInt(backbone::stride).toArray();
    }

    /** Normalises images (3 channels, in the config's order) and pads them to one batch. */
    public ImageBatch batch(List<Image8> images) {
        return batchOf(images.stream().map(Image8::toTensor).toList());
    }

    /** Like {@link #batch(List)}, of images that lie on the device: UINT8 [h,w,3] each. */
    public ImageBatch batchOf(List<Tensor> images) {
        return ImageBatch.of(
                images, normalization.mean(), normalization.std(), Fpn.SIZE_DIVISIBILITY);
    }

    /** Like {@link #batch(List)}, but resizes the normalised images, as torchvision does. */
    public ImageBatch batch(List<Image8> images, List<ImageSize> sizes) {
        return ImageBatch.resized(
                images, sizes, normalization.mean(), normalization.std(), Fpn.SIZE_DIVISIBILITY);
    }

    /**
     * The maps of the feature pyramid by level, finest first.
     *
     * @param pixels [n,H,W,3] of a batch
     */
    public Map<String, Tensor> features(Tensor pixels) {
        return backbone.forward(pixels, Trace.NONE);
    }

    /** The five losses of a batch, with their graph. */
    public TrainingLosses losses(
            ImageBatch batch, List<GroundTruth> truths, RandomGenerator random, Trace trace) {
        trace.seen("input", batch.pixels());
        Map<String, Tensor> features = backbone.forward(batch.pixels(), trace);
        TrainingLosses losses = new TrainingLosses();
        Rpn.Predictions p = rpn.predict(pick(features, rpnLevels), batch, trace);
        List<Proposals> proposals = rpn.propose(p, batch, true);
        rpn.losses(p, truths, random, losses);
        heads.losses(pick(features, headLevels), proposals, truths, random, losses);
        return losses;
    }

    /** The objects of each image of a batch, in the coordinates of the batch; without gradient. */
    public List<Detections> detect(ImageBatch batch, Trace trace) {
        try (Scope scope = Scope.open("detect");
                var _ = Autograd.noGrad()) {
            trace.seen("input", batch.pixels());
            Map<String, Tensor> features = backbone.forward(batch.pixels(), trace);
            List<Detections> boxes = boxes(features, batch, trace);
            List<Detections> out = masks(features, boxes, trace, scope);
            traceFirst(trace, out.getFirst());
            return out;
        }
    }

    /**
     * Like {@link #detect}, without masks.
     *
     * @param features of the batch
     */
    public List<Detections> detectBoxes(Map<String, Tensor> features, ImageBatch batch) {
        try (Scope scope = Scope.open("detect boxes");
                var _ = Autograd.noGrad()) {
            List<Detections> out = boxes(features, batch, Trace.NONE);
            out.forEach(d -> d.promoteTo(scope));
            return out;
        }
    }

    /**
     * Gives mask probabilities to detections that are known already.
     *
     * @param features of a batch
     * @param given of each image, in the coordinates of the batch
     */
    public List<Detections> predictMasks(Map<String, Tensor> features, List<Detections> given) {
        try (Scope scope = Scope.open("predict masks");
                var _ = Autograd.noGrad()) {
            return masks(features, given, Trace.NONE, scope);
        }
    }

    private List<Detections> boxes(Map<String, Tensor> features, ImageBatch batch, Trace trace) {
        List<Proposals> proposals;
        try (Scope inner = Scope.open("rpn")) {
            Rpn.Predictions p = rpn.predict(pick(features, rpnLevels), batch, trace);
            proposals = rpn.propose(p, batch, false);
            for (Proposals one : proposals) {
                inner.promote(one.boxes());
                inner.promote(one.logits());
            }
        }
        traceFirst(trace, proposals.getFirst());
        return heads.detect(pick(features, headLevels), proposals, batch, trace);
    }

    private List<Detections> masks(
            Map<String, Tensor> features, List<Detections> boxes, Trace trace, Scope scope) {
        List<Tensor> pooled = pick(features, headLevels);
        List<Detections> out = new ArrayList<>();
        for (int i = 0; i < boxes.size(); i++) {
            Detections d = heads.masks(pooled, boxes.get(i), i, trace);
            d.promoteTo(scope);
            out.add(d);
        }
        return out;
    }

    private static void traceFirst(Trace trace, Proposals p) {
        trace.seen("proposals.boxes", p.boxes());
        trace.seen("proposals.logits", p.logits());
    }

    private static void traceFirst(Trace trace, Detections d) {
        trace.seen("detections.boxes", d.boxes());
        trace.seen("detections.scores", d.scores());
        trace.seen("detections.classes", d.classes());
        trace.seen("mask.probs", d.masks());
    }

    private static List<Tensor> pick(Map<String, Tensor> features, List<String> levels) {
        return levels.stream().map(features::get).toList();
    }
}
