package soma.maskrcnn.roi;

import soma.tensor.Tensor;

/**
 * The boundary loss of Kervadec et al. 2019: the mean over all cells of probability times the
 * signed distance to the target's outline, which grows with how far a mask reaches beyond it, and
 * falls with how much of the inside it holds. It is meant beside a loss of regions, not alone, and
 * may be negative.
 *
 * <p>Distances are in sides of the mask, so that a weight means the same at each resolution.
 */
final class BoundaryLoss {
    private BoundaryLoss() {}

    /**
     * The mean over all cells; 0 where there is none.
     *
     * @param logits [f,M,M]
     * @param distances [f,M,M] in cells, as {@link SignedDistance} gives them
     * @return a scalar
     */
    static Tensor of(Tensor logits, Tensor distances) {
        double cells = Math.max(1, logits.size());
        return logits.sigmoid().mul(distances).sum().div(cells * logits.dim(1));
    }
}
