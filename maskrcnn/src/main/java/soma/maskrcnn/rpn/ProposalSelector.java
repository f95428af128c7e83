package soma.maskrcnn.rpn;

import soma.maskrcnn.boxes.Boxes;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * From scored anchors to proposals (detectron2's {@code find_top_rpn_proposals}): the best of each
 * level, clipped, without empty boxes, thinned by NMS inside each level.
 */
public final class ProposalSelector {
    private final RpnConfig config;

    /** A selector with the numbers of a config. */
    public ProposalSelector(RpnConfig config) {
        this.config = config;
    }

    /**
     * Proposals of image {@code i}.
     *
     * @param anchors of each level, [HWA, 4]
     * @param logits of each level, [n, HWA]
     * @param deltas of each level, [n, HWA, 4]
     * @param height true height of the image
     * @param width true width of the image
     * @throws DivergenceException in training, if a logit or box is not finite
     */
    public Proposals select(
            int i,
            List<Tensor> anchors,
            List<Tensor> logits,
            List<Tensor> deltas,
            int height,
            int width,
            boolean training) {
        int preNms = training ? config.preNmsTrain() : config.preNmsTest();
        int postNms = training ? config.postNmsTrain() : config.postNmsTest();
        try (Scope scope = Scope.open("proposals")) {
            List<Tensor> boxParts = new ArrayList<>();
            List<Tensor> logitParts = new ArrayList<>();
            int[] counts = new int[anchors.size()];
            for (int l = 0; l < counts.length; l++) {
                int total = anchors.get(l).dim(0);
                counts[l] = Math.min(total, preNms);
                Tensor scores = logits.get(l).slice(0, i, i + 1);
                Tensor best = scores.topk(counts[l]).reshape(counts[l]);
                Tensor d = deltas.get(l).slice(0, i, i + 1).reshape(total, 4).indexSelect(best);
                boxParts.add(config.coder().decode(d, anchors.get(l).indexSelect(best)));
                logitParts.add(scores.reshape(total).indexSelect(best));
            }
            Tensor boxes = Tensor.concat(0, boxParts.toArray(Tensor[]::new));
            Tensor scores = Tensor.concat(0, logitParts.toArray(Tensor[]::new));
            Tensor level = Tensor.of(levelOfEach(counts), boxes.dim(0));
            if (!Tensor.allFinite(List.of(boxes, scores))) {
                if (training) {
                    throw new DivergenceException(
                            "the RPN predicted boxes or logits that are not finite");
                }
                Tensor finite =
                        Boxes.finiteRows(Tensor.concat(1, boxes, scores.reshape(boxes.dim(0), 1)));
                boxes = boxes.indexSelect(finite);
                scores = scores.indexSelect(finite);
                level = level.indexSelect(finite);
            }
            Tensor clipped = Boxes.clip(boxes, height, width);
            Tensor kept =
                    config.minSizeIncluded()
                            ? Boxes.atLeast(clipped, config.minSize())
                            : Boxes.larger(clipped, config.minSize());
            clipped = clipped.indexSelect(kept);
            scores = scores.indexSelect(kept);
            Tensor rank = config.probabilities() ? scores.sigmoid() : scores;
            Tensor best = Vision.nms(clipped, rank, level.indexSelect(kept), config.nmsThreshold());
            best = best.slice(0, 0, Math.min(best.dim(0), postNms));
            return new Proposals(
                    scope.promote(clipped.indexSelect(best)),
                    scope.promote(scores.indexSelect(best)));
        }
    }

    private static int[] levelOfEach(int[] counts) {
        int[] level = new int[Arrays.stream(counts).sum()];
        int from = 0;
        for (int l = 0; l < counts.length; l++) {
            Arrays.fill(level, from, from + counts[l], l);
            from += counts[l];
        }
        return level;
    }
}
