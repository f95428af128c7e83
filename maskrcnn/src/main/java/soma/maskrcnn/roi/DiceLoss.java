package soma.maskrcnn.roi;

import soma.tensor.Tensor;

/**
 * One minus the overlap of mask and target (Milletari et al. 2016, V-Net): {@code 1 - (2 sum(p g) +
 * 1) / (sum(p^2) + sum(g^2) + 1)} over the cells of a mask. Small objects count as much as large
 * ones. The ones keep it smooth where the target is empty, as Cheng et al. 2020 have them.
 */
final class DiceLoss {
    private DiceLoss() {}

    /**
     * The mean over the masks; 0 where there is none.
     *
     * @param logits [f,M,M]
     * @param targets [f,M,M], 0 to 1
     * @return a scalar
     */
    static Tensor of(Tensor logits, Tensor targets) {
        int masks = logits.dim(0);
        int area = logits.dim(1) * logits.dim(2);
        Tensor p = logits.sigmoid().reshape(masks, area);
        Tensor g = targets.reshape(masks, area);
        Tensor overlap = p.mul(g).sum(false, 1).mul(2).add(1);
        Tensor size = p.mul(p).add(g.mul(g)).sum(false, 1).add(1);
        return overlap.div(size).neg().add(1).sum().div(Math.max(1, masks));
    }
}
