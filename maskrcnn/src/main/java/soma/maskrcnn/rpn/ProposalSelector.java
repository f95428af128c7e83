package soma.maskrcnn.rpn;

import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.BoxKernels;
import soma.tensor.spi.BoxKernels.Limits;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.ArrayList;
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
            List<Vision.AnchorChoice> chosen = new ArrayList<>();
            for (int l = 0; l < anchors.size(); l++) {
                int total = anchors.get(l).dim(0);
                int count = Math.min(total, preNms);
                Tensor scores = logits.get(l).slice(0, i, i + 1);
                chosen.add(
                        new Vision.AnchorChoice(
                                deltas.get(l).slice(0, i, i + 1).reshape(total, 4),
                                anchors.get(l),
                                scores.reshape(total),
                                scores.topk(count).reshape(count)));
            }
            Limits limits = new Limits(height, width, config.minSize(), config.minSizeIncluded());
            Vision.Candidates c = Vision.proposals(config.coder().weights(), limits, chosen);
            if (training) {
                requireFinite(c.group());
            }
            Tensor rank = config.probabilities() ? c.scores().sigmoid() : c.scores();
            Tensor best = Vision.nms(c.boxes(), rank, c.group(), config.nmsThreshold());
            best = best.slice(0, 0, Math.min(best.dim(0), postNms));
            return new Proposals(
                    scope.promote(c.boxes().indexSelect(best)),
                    scope.promote(c.scores().indexSelect(best)));
        }
    }

    private static void requireFinite(Tensor group) {
        if (group.compare(Compare.EQ, BoxKernels.NOT_FINITE).nonZero().dim(0) > 0) {
            throw new DivergenceException("the RPN predicted boxes or logits that are not finite");
        }
    }
}
