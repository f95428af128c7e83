package soma.maskrcnn.ensemble;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.ConfigNode;

import java.util.Locale;

/**
 * What the ways of fusing boxes take beside the IoU threshold, under the names of {@code
 * ensemble_boxes} (1.0.9).
 *
 * @param skipBoxThr see {@link BoxFusion}
 * @param confType see {@link BoxFusion#weighted}
 * @param allowsOverflow see {@link BoxFusion#weighted}
 * @param decay see {@link BoxSuppression#soft}
 * @param sigma see {@link BoxSuppression#soft}
 * @param thresh see {@link BoxSuppression#soft}
 */
public record FusionSettings(
        double skipBoxThr,
        BoxFusion.Confidence confType,
        boolean allowsOverflow,
        BoxSuppression.Decay decay,
        double sigma,
        double thresh) {
    /** The library's defaults. */
    public static final FusionSettings DEFAULT =
            new FusionSettings(
                    0, BoxFusion.Confidence.AVG, false, BoxSuppression.Decay.GAUSSIAN, 0.5, 0.001);

    /**
     * Reads and checks them in {@code SOMA.ENSEMBLE}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static FusionSettings from(Config config) {
        ConfigNode ensemble = config.node("SOMA.ENSEMBLE");
        return new FusionSettings(
                ensemble.getDouble("SKIP_BOX_THR", 0, 1),
                BoxFusion.Confidence.valueOf(upper(ensemble, "CONF_TYPE")),
                ensemble.getBoolean("ALLOWS_OVERFLOW"),
                BoxSuppression.Decay.valueOf(upper(ensemble, "DECAY")),
                ensemble.getPositive("SIGMA"),
                ensemble.getDouble("THRESH", 0, 1));
    }

    /** Which texts there are, the configuration has checked already. */
    private static String upper(ConfigNode ensemble, String key) {
        return ensemble.getString(key).toUpperCase(Locale.ROOT);
    }
}
