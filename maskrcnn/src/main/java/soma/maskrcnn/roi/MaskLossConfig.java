package soma.maskrcnn.roi;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.ConfigNode;
import soma.maskrcnn.config.Flavour;

/**
 * The losses of the mask head: {@code SOMA.MASK_LOSS} beside detectron2's cross-entropy.
 *
 * @param soft whether targets are torchvision's, cropped by the older RoIAlign and not thresholded
 * @param diceWeight factor on {@link DiceLoss}; at 0 it isn't computed
 * @param boundaryWeight factor on {@link BoundaryLoss}; at 0 it isn't computed
 */
public record MaskLossConfig(boolean soft, double diceWeight, double boundaryWeight) {
    /** The cross-entropy alone. */
    public static MaskLossConfig crossEntropy(boolean soft) {
        return new MaskLossConfig(soft, 0, 0);
    }

    /**
     * Reads and checks the node.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static MaskLossConfig from(Config config) {
        ConfigNode loss = config.node("SOMA.MASK_LOSS");
        return new MaskLossConfig(
                Flavour.isTorchvision(config),
                loss.getDouble("DICE_WEIGHT", 0, Double.MAX_VALUE),
                loss.getDouble("BOUNDARY_WEIGHT", 0, Double.MAX_VALUE));
    }
}
