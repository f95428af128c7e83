package soma.maskrcnn.roi;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;

/**
 * {@code MODEL.ROI_MASK_HEAD}.
 *
 * @param convs 3x3 convolutions before the transposed one
 * @param convDim channels of all of them
 * @param norm of the convolutions: empty, GN or BN
 * @param pooler how boxes are pooled; masks have twice its resolution
 * @param classAgnostic one mask for all classes instead of one each
 * @param torchvision whether the predictor starts like the other layers
 */
public record MaskHeadConfig(
        int convs,
        int convDim,
        String norm,
        PoolerConfig pooler,
        boolean classAgnostic,
        boolean torchvision,
        MaskLossConfig loss) {
    /** Reads the node. */
    public static MaskHeadConfig from(Config config) {
        String node = "MODEL.ROI_MASK_HEAD";
        return new MaskHeadConfig(
                config.getInt(node + ".NUM_CONV", 0),
                config.getInt(node + ".CONV_DIM", 1),
                config.getString(node + ".NORM"),
                PoolerConfig.from(config, node),
                config.getBoolean(node + ".CLS_AGNOSTIC_MASK"),
                Flavour.isTorchvision(config),
                MaskLossConfig.from(config));
    }
}
