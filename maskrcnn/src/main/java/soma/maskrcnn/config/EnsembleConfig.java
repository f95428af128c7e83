package soma.maskrcnn.config;

import java.util.Arrays;
import java.util.List;

/**
 * The {@code SOMA.ENSEMBLE} section: fusing the predictions of several models.
 *
 * @param iou boxes of one class that overlap by more are one object
 * @param weights a weight for each model; empty: all the same
 * @param masks where the mask of a fused box comes from
 * @param single whether the boxes of a single model are fused, too
 */
public record EnsembleConfig(
        Method method, double iou, List<Double> weights, Masks masks, boolean single) {

    /** How boxes are fused (the {@code ensemble_boxes} package, 1.0.9). */
    public enum Method {
        NMS,
        SOFT_NMS,
        /** Weighted boxes fusion. */
        WBF,
        /** Non-maximum weighted. */
        NMW
    }

    /** Where the mask of a fused box comes from. */
    public enum Masks {
        /** The box with the best score. */
        WINNER,
        /** The mean of the probabilities, by the models' weights. */
        AVERAGE,
        /** The majority, pixel by pixel, by the models' weights. */
        VOTE
    }

    public EnsembleConfig {
        weights = List.copyOf(weights);
    }

    /**
     * Reads and checks {@code SOMA.ENSEMBLE}.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static EnsembleConfig from(Config config) {
        ConfigNode ensemble = config.node("SOMA.ENSEMBLE");
        double[] weights = ensemble.getDoubles("WEIGHTS");
        if (Arrays.stream(weights).anyMatch(w -> !(w > 0 && w <= Double.MAX_VALUE))) {
            throw ensemble.invalid("WEIGHTS", "numbers above 0");
        }
        return new EnsembleConfig(
                switch (ensemble.getChoice("METHOD", "nms", "soft-nms", "wbf", "nmw")) {
                    case "soft-nms" -> Method.SOFT_NMS;
                    case "wbf" -> Method.WBF;
                    case "nmw" -> Method.NMW;
                    default -> Method.NMS;
                },
                ensemble.getDouble("IOU", 0, 1),
                Arrays.stream(weights).boxed().toList(),
                switch (ensemble.getChoice("MASKS", "winner", "average", "vote")) {
                    case "average" -> Masks.AVERAGE;
                    case "vote" -> Masks.VOTE;
                    default -> Masks.WINNER;
                },
                ensemble.getBoolean("SINGLE"));
    }
}
