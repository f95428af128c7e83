package soma.maskrcnn.backbone;

import soma.maskrcnn.config.Config;

import java.util.List;

/**
 * {@code MODEL.FPN}.
 *
 * @param inFeatures stages of the backbone, finest first
 * @param outChannels of every level
 * @param norm of all convolutions; empty for none
 * @param average whether lateral and top-down maps are averaged instead of summed
 */
public record FpnConfig(List<String> inFeatures, int outChannels, String norm, boolean average) {
    /** Reads and checks the node. */
    public static FpnConfig from(Config config) {
        FpnConfig c =
                new FpnConfig(
                        List.copyOf(config.getStrings("MODEL.FPN.IN_FEATURES")),
                        config.getInt("MODEL.FPN.OUT_CHANNELS", 1),
                        config.getString("MODEL.FPN.NORM"),
                        config.getChoice("MODEL.FPN.FUSE_TYPE", "sum", "avg").equals("avg"));
        List<String> stages = ResNetConfig.stageNames();
        int first = c.inFeatures.isEmpty() ? -1 : stages.indexOf(c.inFeatures.getFirst());
        if (first < 0
                || first + c.inFeatures.size() > stages.size()
                || !stages.subList(first, first + c.inFeatures.size()).equals(c.inFeatures)) {
            throw config.invalid("MODEL.FPN.IN_FEATURES", "successive stages among " + stages);
        }
        return c;
    }
}
