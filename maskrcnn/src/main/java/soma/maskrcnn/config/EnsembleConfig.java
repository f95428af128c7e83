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
 * @param inMemory how many models are held at a time
 */
public record EnsembleConfig(
        Method method,
        double iou,
        List<Double> weights,
        Masks masks,
        boolean single,
        InMemory inMemory) {

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

    /** How many models are in memory at a time. */
    public enum InMemory {
        /** All, if they fit. */
        AUTO,
        ALL,
        /** One after another. */
        ONE
    }

    public EnsembleConfig {
        weights = List.copyOf(weights);
    }

    /** The same weight for each model, masks of the best box, a single model left alone. */
    public EnsembleConfig(Method method, double iou) {
        this(method, iou, List.of(), Masks.WINNER, false, InMemory.AUTO);
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
                ensemble.getBoolean("SINGLE"),
                switch (ensemble.getChoice("IN_MEMORY", "auto", "all", "one")) {
                    case "all" -> InMemory.ALL;
                    case "one" -> InMemory.ONE;
                    default -> InMemory.AUTO;
                });
    }
}
