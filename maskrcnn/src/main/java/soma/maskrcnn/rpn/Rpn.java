package soma.maskrcnn.rpn;

import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.nn.Module;
import soma.tensor.Functional;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.autograd.Autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The region proposal network (Ren et al. 2015; detectron2's {@code RPN}): a head shared by all
 * levels scores and moves anchors; the best become proposals.
 */
public final class Rpn extends Module {
    private final RpnConfig config;
    private final AnchorGenerator anchorGenerator;
    private final RpnHead head;
    private final ProposalSelector selector;

    /**
     * A proposal generator over levels of {@code channels} maps.
     *
     * @param strides of the levels in pixels
     */
    public Rpn(RpnConfig config, AnchorConfig anchors, int[] strides, int channels) {
        this.config = config;
        this.anchorGenerator = new AnchorGenerator(anchors, strides);
        this.selector = new ProposalSelector(config);
        this.head = child("rpn_head", new RpnHead(config, channels, anchors.anchorsPerCell(0)));
    }

    /**
     * What the head says of every anchor.
     *
     * @param anchors of each level [HWA, 4]
     * @param logits of each level [n, HWA]
     * @param deltas of each level [n, HWA, 4]
     */
    public record Predictions(List<Tensor> anchors, List<Tensor> logits, List<Tensor> deltas) {}

    @Override
    protected void releaseCaches() {
        anchorGenerator.release();
    }

    /** Runs the head on the levels of a batch's pyramid, finest first. */
    public Predictions predict(List<Tensor> features, ImageBatch batch, Trace trace) {
        List<Tensor> anchors = new ArrayList<>();
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> deltas = new ArrayList<>();
        for (int l = 0; l < features.size(); l++) {
            Tensor x = features.get(l);
            RpnHead.Output out = head.forward(x);
            trace.seen("rpn.logits." + config.inFeatures().get(l), out.logits());
            trace.seen("rpn.deltas." + config.inFeatures().get(l), out.deltas());
            Tensor grid =
                    anchorGenerator.grid(
                            l, x.dim(1), x.dim(2), batch.pixels().dim(1), batch.pixels().dim(2));
            anchors.add(grid);
            logits.add(out.logits().reshape(x.dim(0), grid.dim(0)));
            deltas.add(out.deltas().reshape(x.dim(0), grid.dim(0), 4));
        }
        return new Predictions(anchors, logits, deltas);
    }

    /** Proposals of each image; no gradient flows through them. */
    public List<Proposals> propose(Predictions p, ImageBatch batch, boolean training) {
        List<Proposals> all = new ArrayList<>();
        try (var _ = Autograd.noGrad()) {
            List<Tensor> logits = p.logits().stream().map(Tensor::detach).toList();
            List<Tensor> deltas = p.deltas().stream().map(Tensor::detach).toList();
            for (int i = 0; i < batch.size(); i++) {
                all.add(
                        selector.select(
                                i,
                                p.anchors(),
                                logits,
                                deltas,
                                batch.height(i),
                                batch.width(i),
                                training));
            }
        }
        return all;
    }

    /**
     * {@code loss_rpn_cls} and {@code loss_rpn_loc}: sums over sampled anchors divided by {@code
     * BATCH_SIZE_PER_IMAGE * images}, however many were sampled, or by their number.
     */
    public void losses(
            Predictions p,
            List<GroundTruth> truths,
            RandomGenerator random,
            TrainingLosses losses) {
        Tensor anchors = Tensor.concat(0, p.anchors().toArray(Tensor[]::new));
        int images = truths.size();
        Tensor[] gt = new Tensor[images];
        Tensor[] matches = new Tensor[images];
        Tensor[] chosen = new Tensor[images];
        Tensor[] sizes = new Tensor[images];
        for (int i = 0; i < images; i++) {
            GroundTruth truth = truths.get(i);
            gt[i] = Tensor.of(truth.boxes(), truth.size(), 4);
            Vision.Matches m =
                    Vision.match(gt[i], anchors, config.iouThresholds(), config.iouLabels(), true);
            Vision.Subsample drawn =
                    Vision.subsample(
                            m.labels(),
                            config.batchSizePerImage(),
                            config.positiveFraction(),
                            0,
                            random.nextLong());
            matches[i] = m.matches();
            chosen[i] = drawn.index();
            sizes[i] = drawn.sizes();
        }
        int[] counts = Tensor.concat(0, sizes).toInts(); // of all images with one wait
        Tensor[] cls = new Tensor[images];
        Tensor[] loc = new Tensor[images];
        int positives = 0;
        int negatives = 0;
        for (int i = 0; i < images; i++) {
            int positive = counts[2 * i];
            int negative = counts[2 * i + 1];
            positives += positive;
            negatives += negative;
            Tensor sample = chosen[i].slice(0, 0, positive + negative);
            cls[i] = objectnessLoss(imageRows(p.logits(), i), sample, positive);
            Tensor deltas = imageRows(p.deltas(), i);
            loc[i] = boxLoss(deltas, anchors, gt[i], matches[i], sample.slice(0, 0, positive));
        }
        double normaliser =
                config.averaged()
                        ? Math.max(1, positives + negatives)
                        : (double) config.batchSizePerImage() * images;
        losses.add("loss_rpn_cls", total(cls).mul(config.lossWeight() / normaliser));
        losses.add(
                "loss_rpn_loc",
                total(loc).mul(config.lossWeight() * config.boxLossWeight() / normaliser));
        losses.metric("rpn/num_pos_anchors", (double) positives / images);
        losses.metric("rpn/num_neg_anchors", (double) negatives / images);
    }

    /** The rows of image {@code i} on all levels, in the order of the anchors. */
    private static Tensor imageRows(List<Tensor> levels, int i) {
        Tensor[] parts = new Tensor[levels.size()];
        for (int l = 0; l < parts.length; l++) {
            Tensor level = levels.get(l);
            int[] dims = level.shape().dims();
            Tensor one = level.slice(0, i, i + 1);
            parts[l] = dims.length == 2 ? one.reshape(dims[1]) : one.reshape(dims[1], dims[2]);
        }
        return Tensor.concat(0, parts);
    }

    /** Over the chosen anchors, of which the first {@code positives} are to score high. */
    private static Tensor objectnessLoss(Tensor logits, Tensor chosen, int positives) {
        float[] target = new float[chosen.dim(0)];
        Arrays.fill(target, 0, positives, 1);
        Tensor x = logits.indexSelect(chosen);
        return Functional.binaryCrossEntropyWithLogits(x, Tensor.of(target, target.length)).sum();
    }

    private Tensor boxLoss(
            Tensor deltas, Tensor anchors, Tensor gt, Tensor matches, Tensor positive) {
        Tensor truth = gt.indexSelect(matches.indexSelect(positive));
        Tensor target = config.coder().encode(anchors.indexSelect(positive), truth);
        return Functional.smoothL1(deltas.indexSelect(positive), target, config.smoothL1Beta())
                .sum();
    }

    private static Tensor total(Tensor[] parts) {
        Tensor sum = parts[0];
        for (int i = 1; i < parts.length; i++) {
            sum = sum.add(parts[i]);
        }
        return sum;
    }
}
