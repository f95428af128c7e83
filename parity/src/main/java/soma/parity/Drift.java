package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What rounding alone did in the library that made a fixture: the largest figure of its runs on one
 * thread, with another convolution library, in float64.
 */
final class Drift {
    /**
     * What such runs did at most over all fixtures (their README): used where a folder has no
     * figure of its own, and as the least that is allowed for.
     */
    private static final Map<String, Double> USUAL =
            Map.of(
                    "detections.boxes_max_abs_px", 2e-4,
                    "detections.scores_max_abs", 2e-5,
                    "mask.probs_max_abs", 1e-4,
                    "rows", 1e-5);

    private final Map<String, Double> figures = new LinkedHashMap<>();

    private Drift() {}

    /** Nothing was measured. */
    static Drift none() {
        return new Drift();
    }

    /** The figures of a manifest: {mode: {name: number}}. */
    static Drift of(JsonNode modes) {
        Drift drift = new Drift();
        for (Map.Entry<String, JsonNode> mode : modes.properties()) {
            for (Map.Entry<String, JsonNode> figure : mode.getValue().properties()) {
                if (figure.getValue().isNumber()) {
                    double value = figure.getValue().asDouble();
                    drift.figures.merge(figure.getKey(), value, Math::max);
                }
            }
        }
        return drift;
    }

    /** Ten times the drift of a map, relative to its largest value, at least 1e-6. */
    double ofMap(String name) {
        double measured = figures.getOrDefault(name, 0.0);
        return Math.max(Fixture.LEAST_TOLERANCE, Fixture.FACTOR * measured);
    }

    /** Ten times the usual drift of a figure, or of this folder where that is larger. */
    double ofDetections(String figure) {
        double measured = figures.getOrDefault(figure, 0.0);
        return Fixture.FACTOR * Math.max(USUAL.get(figure), measured);
    }

    /** Ten times the largest drift of any map, for what has a row for each proposal. */
    double ofRows() {
        double worst =
                figures.entrySet().stream()
                        .filter(e -> e.getKey().startsWith("rpn."))
                        .mapToDouble(Map.Entry::getValue)
                        .max()
                        .orElse(0);
        return Fixture.FACTOR * Math.max(USUAL.get("rows"), worst);
    }
}
