package soma.maskrcnn.backbone;

import soma.maskrcnn.config.Config;
import soma.nn.Norm;

import java.util.List;

/**
 * {@code MODEL.RESNETS}, {@code MODEL.BACKBONE} and {@code SOMA.RESNET_BLOCKS}.
 *
 * @param blocks residual blocks of res2 to res5
 * @param norm FrozenBN, BN or GN
 * @param frozenEps epsilon of frozen batch norms
 * @param groups of the 3x3 convolutions; 32 makes a ResNeXt
 * @param widthPerGroup channels of a group in res2
 * @param stemChannels channels after the first convolution
 * @param res2Channels channels that res2 gives; doubled at each further stage
 * @param strideIn1x1 whether a block's stride is on its first 1x1 convolution (MSRA's models) or on
 *     the 3x3 one
 * @param res5Dilation 1, or 2 with res5 at stride 16
 * @param freezeAt stages that are not trained: 1 is the stem, 2 also res2, and so on
 */
public record ResNetConfig(
        int[] blocks,
        String norm,
        double frozenEps,
        int groups,
        int widthPerGroup,
        int stemChannels,
        int res2Channels,
        boolean strideIn1x1,
        int res5Dilation,
        int freezeAt) {
    /** Reads and checks the nodes. */
    public static ResNetConfig from(Config config) {
        int depth = config.getInt("MODEL.RESNETS.DEPTH");
        int[] blocks = config.getInts("SOMA.RESNET_BLOCKS");
        if (blocks.length == 0) {
            blocks =
                    switch (depth) {
                        case 50 -> new int[] {3, 4, 6, 3};
                        case 101 -> new int[] {3, 4, 23, 3};
                        case 152 -> new int[] {3, 8, 36, 3};
                        default ->
                                throw config.invalid("MODEL.RESNETS.DEPTH", "one of 50, 101, 152");
                    };
        }
        if (blocks.length != 4) {
            throw config.invalid("SOMA.RESNET_BLOCKS", "four numbers, for res2 to res5");
        }
        return new ResNetConfig(
                blocks,
                config.getString("MODEL.RESNETS.NORM"),
                config.getDouble("SOMA.FROZEN_BN_EPS", 0, 1),
                config.getInt("MODEL.RESNETS.NUM_GROUPS", 1),
                config.getInt("MODEL.RESNETS.WIDTH_PER_GROUP", 1),
                config.getInt("MODEL.RESNETS.STEM_OUT_CHANNELS", 1),
                config.getInt("MODEL.RESNETS.RES2_OUT_CHANNELS", 1),
                config.getBoolean("MODEL.RESNETS.STRIDE_IN_1X1"),
                config.getInt("MODEL.RESNETS.RES5_DILATION", 1, 2),
                config.getInt("MODEL.BACKBONE.FREEZE_AT", 0, 5));
    }

    /** The stages by name, res2 to res5. */
    static List<String> stageNames() {
        return List.of("res2", "res3", "res4", "res5");
    }

    /**
     * A norm of a stage (1 is the stem) over {@code channels} channels: frozen stages hold their
     * statistics as detectron2's do.
     */
    Norm norm(int stage, int channels) {
        boolean batchNorm = norm.equals("BN") || norm.equals("SyncBN");
        return Norms.of(batchNorm && stage <= freezeAt ? "FrozenBN" : norm, channels, frozenEps);
    }
}
