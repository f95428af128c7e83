package soma.maskrcnn.rpn;

import soma.maskrcnn.boxes.BoxCoder;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;

import java.util.List;

/**
 * {@code MODEL.RPN} and {@code MODEL.PROPOSAL_GENERATOR}.
 *
 * @param inFeatures the pyramid levels, finest first
 * @param iouThresholds below the first an anchor is background, from the second an object
 * @param iouLabels labels of the intervals between thresholds
 * @param batchSizePerImage anchors sampled for the losses, and part of their normaliser
 * @param positiveFraction at most this share of them are objects
 * @param coder of the box deltas
 * @param smoothL1Beta 0 is plain L1
 * @param boxLossWeight factor of the localisation loss
 * @param lossWeight factor of both losses
 * @param preNmsTrain proposals per level before NMS, in training
 * @param preNmsTest the same at inference
 * @param postNmsTrain proposals per image after NMS, in training
 * @param postNmsTest the same at inference
 * @param nmsThreshold IoU above which the lower-scored proposal goes
 * @param minSize proposals need sides longer than this, in pixels
 * @param minSizeIncluded whether sides may also be just as long
 * @param probabilities whether proposals are ranked by the sigmoid of their logits, as torchvision
 *     does: equal where that saturates
 * @param averaged whether losses are averages over the sampled anchors, as torchvision's are,
 *     instead of divided by {@code batchSizePerImage} times images
 * @param convDims channels of the head's 3x3 convolutions; -1 means the input's
 */
public record RpnConfig(
        List<String> inFeatures,
        double[] iouThresholds,
        int[] iouLabels,
        int batchSizePerImage,
        double positiveFraction,
        BoxCoder coder,
        double smoothL1Beta,
        double boxLossWeight,
        double lossWeight,
        int preNmsTrain,
        int preNmsTest,
        int postNmsTrain,
        int postNmsTest,
        double nmsThreshold,
        double minSize,
        boolean minSizeIncluded,
        boolean probabilities,
        boolean averaged,
        int[] convDims) {
    private static final double TORCHVISION_MIN_SIZE = 1e-3;

    /** Reads and checks the nodes. */
    public static RpnConfig from(Config config) {
        boolean torchvision = Flavour.isTorchvision(config);
        int minSize = config.getInt("MODEL.PROPOSAL_GENERATOR.MIN_SIZE", 0);
        RpnConfig c =
                new RpnConfig(
                        List.copyOf(config.getStrings("MODEL.RPN.IN_FEATURES")),
                        config.getDoubles("MODEL.RPN.IOU_THRESHOLDS"),
                        config.getInts("MODEL.RPN.IOU_LABELS"),
                        config.getInt("MODEL.RPN.BATCH_SIZE_PER_IMAGE", 1),
                        config.getDouble("MODEL.RPN.POSITIVE_FRACTION", 0, 1),
                        BoxCoder.of(config.getDoubles("MODEL.RPN.BBOX_REG_WEIGHTS", 4)),
                        config.getDouble("MODEL.RPN.SMOOTH_L1_BETA"),
                        config.getDouble("MODEL.RPN.BBOX_REG_LOSS_WEIGHT"),
                        config.getDouble("MODEL.RPN.LOSS_WEIGHT"),
                        config.getInt("MODEL.RPN.PRE_NMS_TOPK_TRAIN", 1),
                        config.getInt("MODEL.RPN.PRE_NMS_TOPK_TEST", 1),
                        config.getInt("MODEL.RPN.POST_NMS_TOPK_TRAIN", 1),
                        config.getInt("MODEL.RPN.POST_NMS_TOPK_TEST", 1),
                        config.getDouble("MODEL.RPN.NMS_THRESH", 0, 1),
                        torchvision ? Math.max(minSize, TORCHVISION_MIN_SIZE) : minSize,
                        torchvision,
                        torchvision,
                        torchvision,
                        config.getInts("MODEL.RPN.CONV_DIMS"));
        if (c.iouLabels.length != c.iouThresholds.length + 1) {
            throw config.invalid(
                    "MODEL.RPN.IOU_LABELS",
                    c.iouThresholds.length + 1 + " labels, one more than thresholds");
        }
        return c;
    }
}
