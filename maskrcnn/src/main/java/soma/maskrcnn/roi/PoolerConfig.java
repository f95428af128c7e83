package soma.maskrcnn.roi;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;

/**
 * The pooler of a head.
 *
 * @param resolution output side
 * @param samplingRatio samples per bin side; 0 adapts to the RoI
 * @param aligned RoIAlign V2 (half a pixel subtracted); false for the older {@code ROIAlign}
 * @param torchvisionLevels whether a box's level is torchvision's, whose epsilon is added behind
 *     the logarithm
 */
public record PoolerConfig(
        int resolution, int samplingRatio, boolean aligned, boolean torchvisionLevels) {
    /** Reads {@code POOLER_*} under {@code node}, such as {@code MODEL.ROI_BOX_HEAD}. */
    public static PoolerConfig from(Config config, String node) {
        String type = config.getChoice(node + ".POOLER_TYPE", "ROIAlignV2", "ROIAlign");
        return new PoolerConfig(
                config.getInt(node + ".POOLER_RESOLUTION", 1),
                config.getInt(node + ".POOLER_SAMPLING_RATIO", 0),
                type.equals("ROIAlignV2"),
                Flavour.isTorchvision(config));
    }
}
