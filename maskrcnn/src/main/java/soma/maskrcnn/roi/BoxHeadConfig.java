package soma.maskrcnn.roi;

import soma.maskrcnn.boxes.BoxCoder;
import soma.maskrcnn.config.Config;

/**
 * {@code MODEL.ROI_BOX_HEAD}.
 *
 * @param convs 3x3 convolutions before the fully connected layers
 * @param convDim their channels
 * @param fcs fully connected layers
 * @param fcDim their width
 * @param norm of the convolutions: empty, GN or BN
 * @param pooler how boxes are pooled
 * @param coder of the box deltas
 * @param classAgnostic one box for all classes instead of one each
 * @param smoothL1Beta 0 is plain L1
 * @param boxLossWeight factor of {@code loss_box_reg}
 * @param trainOnPredictedBoxes whether the mask head trains on the boxes predicted for the
 *     proposals
 */
public record BoxHeadConfig(
        int convs,
        int convDim,
        int fcs,
        int fcDim,
        String norm,
        PoolerConfig pooler,
        BoxCoder coder,
        boolean classAgnostic,
        double smoothL1Beta,
        double boxLossWeight,
        boolean trainOnPredictedBoxes) {
    /** Reads and checks the node. */
    public static BoxHeadConfig from(Config config) {
        String node = "MODEL.ROI_BOX_HEAD";
        return new BoxHeadConfig(
                config.getInt(node + ".NUM_CONV", 0),
                config.getInt(node + ".CONV_DIM", 1),
                config.getInt(node + ".NUM_FC", 0),
                config.getInt(node + ".FC_DIM", 1),
                config.getString(node + ".NORM"),
                PoolerConfig.from(config, node),
                BoxCoder.of(config.getDoubles(node + ".BBOX_REG_WEIGHTS", 4)),
                config.getBoolean(node + ".CLS_AGNOSTIC_BBOX_REG"),
                config.getDouble(node + ".SMOOTH_L1_BETA"),
                config.getDouble(node + ".BBOX_REG_LOSS_WEIGHT"),
                config.getBoolean(node + ".TRAIN_ON_PRED_BOXES"));
    }
}
