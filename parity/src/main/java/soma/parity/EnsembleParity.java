package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.ensemble.BoxFusion;
import soma.maskrcnn.ensemble.BoxSuppression;
import soma.maskrcnn.ensemble.FusedBoxes;
import soma.maskrcnn.ensemble.ModelBoxes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Fused boxes against ensemble_boxes; entries of equal scores may come in another order. */
final class EnsembleParity {
    private final JsonNode golden;
    private final ParityReport report;
    private final double tolerance;

    EnsembleParity(Path folder, ParityReport report) {
        this.golden = Json.read(folder.resolve("ensemble_boxes.json"));
        this.report = report;
        this.tolerance = golden.required("tolerance").asDouble();
    }

    void run() {
        int i = 0;
        for (JsonNode c : golden.required("cases")) {
            FusedBoxes fused = fuse(c);
            double worst = difference(c.required("expected"), fused);
            if (worst > tolerance && c.has("also_accepted")) {
                worst = difference(c.get("also_accepted"), fused);
            }
            report.measured(
                    i++ + " " + c.get("name").asText() + " " + c.get("method").asText(),
                    c.get("expected").get("boxes").size() + " boxes",
                    worst,
                    new double[] {1},
                    tolerance,
                    worst > tolerance ? c.get("args") + ": " + fused.size() + " boxes" : "");
        }
    }

    private static FusedBoxes fuse(JsonNode c) {
        List<ModelBoxes> models = new ArrayList<>();
        for (JsonNode m : c.required("models")) {
            double[][] boxes = new double[m.get("boxes").size()][];
            for (int i = 0; i < boxes.length; i++) {
                boxes[i] = Json.doubles(m.get("boxes").get(i));
            }
            models.add(
                    new ModelBoxes(
                            boxes, Json.doubles(m.get("scores")), Json.ints(m.get("labels"))));
        }
        JsonNode args = c.required("args");
        double[] weights = args.has("weights") ? Json.doubles(args.get("weights")) : null;
        double skip = args.path("skip_box_thr").asDouble(0);
        return switch (c.required("method").asText()) {
            case "nms" -> BoxSuppression.nms(models, weights, args.path("iou_thr").asDouble(0.5));
            case "soft_nms" ->
                    BoxSuppression.soft(
                            models,
                            weights,
                            args.path("method").asInt(2) == 1
                                    ? BoxSuppression.Decay.LINEAR
                                    : BoxSuppression.Decay.GAUSSIAN,
                            args.path("iou_thr").asDouble(0.5),
                            args.path("sigma").asDouble(0.5),
                            args.path("thresh").asDouble(0.001));
            case "weighted_boxes_fusion" ->
                    BoxFusion.weighted(
                            models,
                            weights,
                            args.path("iou_thr").asDouble(0.55),
                            skip,
                            BoxFusion.Confidence.valueOf(
                                    args.path("conf_type").asText("avg").toUpperCase(Locale.ROOT)),
                            args.path("allows_overflow").asBoolean(false));
            case "non_maximum_weighted" ->
                    BoxFusion.nonMaximumWeighted(
                            models, weights, args.path("iou_thr").asDouble(0.55), skip);
            default -> throw new IllegalArgumentException("method " + c.get("method"));
        };
    }

    /** Largest difference of a box, score or label, each paired with its nearest. */
    private double difference(JsonNode expected, FusedBoxes fused) {
        int n = expected.get("boxes").size();
        if (n != fused.size()) {
            return Double.POSITIVE_INFINITY;
        }
        boolean[] taken = new boolean[n];
        double worst = 0;
        for (int i = 0; i < n; i++) {
            int best = -1;
            double nearest = Double.POSITIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                double d = taken[j] ? Double.POSITIVE_INFINITY : distance(expected, i, fused, j);
                if (d < nearest) {
                    nearest = d;
                    best = j;
                }
            }
            if (best < 0) {
                return Double.POSITIVE_INFINITY;
            }
            taken[best] = true;
            worst = Math.max(worst, nearest);
            // The order is that of the library, but for equal scores.
            double own = fused.scores()[i];
            double theirs = expected.get("scores").get(i).asDouble();
            worst = Math.max(worst, Math.abs(own - theirs));
        }
        return worst;
    }

    private static double distance(JsonNode expected, int i, FusedBoxes fused, int j) {
        if (expected.get("labels").get(i).asInt() != fused.labels()[j]) {
            return Double.POSITIVE_INFINITY;
        }
        double d = Math.abs(expected.get("scores").get(i).asDouble() - fused.scores()[j]);
        for (int k = 0; k < 4; k++) {
            double want = expected.get("boxes").get(i).get(k).asDouble();
            d = Math.max(d, Math.abs(want - fused.boxes()[j][k]));
        }
        return d;
    }
}
