package soma.maskrcnn.roi;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;

import java.util.List;

/**
 * {@code MODEL.ROI_HEADS} and {@code TEST.DETECTIONS_PER_IMAGE}.
 *
 * @param classes foreground classes K; index K is the background
 * @param inFeatures levels that boxes are pooled from, finest first
 * @param batchSizePerImage proposals sampled for the losses
 * @param positiveFraction at most this share of them are objects
 * @param iouThresholds from which a proposal belongs to an object
 * @param iouLabels 0 background, 1 object, -1 ignored
 * @param appendTruth whether the true boxes join the proposals in training
 * @param scoreThreshold detections need a greater score
 * @param nmsThreshold IoU above which the lower-scored detection of a class goes
 * @param detectionsPerImage at most this many are kept
 * @param minSide detections need sides at least this long, in pixels; 0 keeps empty ones, too
 */
public record RoiHeadsConfig(
        int classes,
        List<String> inFeatures,
        int batchSizePerImage,
        double positiveFraction,
        double[] iouThresholds,
        int[] iouLabels,
        boolean appendTruth,
        double scoreThreshold,
        double nmsThreshold,
        int detectionsPerImage,
        double minSide) {
    private static final double TORCHVISION_MIN_SIDE = 1e-2;

    /** Reads and checks the node. */
    public static RoiHeadsConfig from(Config config) {
        RoiHeadsConfig c =
                new RoiHeadsConfig(
                        config.getInt("MODEL.ROI_HEADS.NUM_CLASSES", 1),
                        List.copyOf(config.getStrings("MODEL.ROI_HEADS.IN_FEATURES")),
                        config.getInt("MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE", 1),
                        config.getDouble("MODEL.ROI_HEADS.POSITIVE_FRACTION", 0, 1),
                        config.getDoubles("MODEL.ROI_HEADS.IOU_THRESHOLDS"),
                        config.getInts("MODEL.ROI_HEADS.IOU_LABELS"),
                        config.getBoolean("MODEL.ROI_HEADS.PROPOSAL_APPEND_GT"),
                        config.getDouble("MODEL.ROI_HEADS.SCORE_THRESH_TEST"),
                        config.getDouble("MODEL.ROI_HEADS.NMS_THRESH_TEST", 0, 1),
                        config.getInt("TEST.DETECTIONS_PER_IMAGE"),
                        Flavour.isTorchvision(config) ? TORCHVISION_MIN_SIDE : 0);
        if (c.iouLabels.length != c.iouThresholds.length + 1) {
            throw config.invalid(
                    "MODEL.ROI_HEADS.IOU_LABELS",
                    c.iouThresholds.length + 1 + " labels, one more than thresholds");
        }
        return c;
    }
}
