package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.eval.CocoCurves;
import soma.maskrcnn.eval.CocoEvaluator;
import soma.maskrcnn.eval.CocoMetrics;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.eval.IouType;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** COCO's figures against pycocotools, and the competition's score against its definition. */
final class MetricParity {
    private static final double COCO = 1e-9;
    private static final double SCORE = 1e-12;
    private static final int AREAS = 4;
    private static final int LIMITS = 3;

    private final Path folder;
    private final ParityReport report;

    MetricParity(Path folder, ParityReport report) {
        this.folder = folder;
        this.report = report;
    }

    void cocoEvaluations() {
        Path files = folder.resolve("coco_eval");
        for (Map.Entry<String, JsonNode> set :
                Json.read(files.resolve("expected.json")).properties()) {
            Dataset dataset = DatasetReader.read(files.resolve(set.getKey() + "_gt.json"));
            CocoResults results = CocoResults.read(files.resolve(set.getKey() + "_dt.json"));
            for (Map.Entry<String, JsonNode> variant : set.getValue().properties()) {
                for (Map.Entry<String, JsonNode> limits : variant.getValue().properties()) {
                    String name = set.getKey() + " " + variant.getKey() + " " + limits.getKey();
                    int[] maxDets =
                            Arrays.stream(limits.getKey().split("_", -1))
                                    .mapToInt(Integer::parseInt)
                                    .toArray();
                    boolean boxArea = variant.getKey().equals("segm_bbox_kept");
                    CocoMetrics metrics =
                            CocoEvaluator.evaluate(
                                    dataset,
                                    results.predictions(),
                                    variant.getKey().equals("bbox") ? IouType.BBOX : IouType.SEGM,
                                    new CocoSettings(maxDets, false, boxArea));
                    compare(name, limits.getValue(), metrics);
                }
            }
        }
    }

    private void compare(String name, JsonNode expected, CocoMetrics metrics) {
        double[] stats = Json.doubles(expected.required("stats"));
        report.absolute(name + " figures", "[12]", stats, metrics.stats(), COCO);
        CocoCurves curves = metrics.curves();
        JsonNode precision = expected.required("precision_mean_KAM");
        JsonNode recall = expected.required("recall_mean_KAM");
        int classes = curves.classes();
        int cells = classes * AREAS * LIMITS;
        double[] wanted = new double[2 * cells];
        double[] got = new double[2 * cells];
        int i = 0;
        for (int k = 0; k < classes; k++) {
            for (int a = 0; a < AREAS; a++) {
                for (int m = 0; m < LIMITS; m++, i++) {
                    wanted[i] = precision.path(k).path(a).path(m).asDouble(Double.NaN);
                    got[i] = curves.meanPrecision(-1, k, a, m);
                    wanted[cells + i] = recall.path(k).path(a).path(m).asDouble(Double.NaN);
                    got[cells + i] = curves.meanRecall(k, a, m);
                }
            }
        }
        String shape = "[2, %d, %d, %d]".formatted(classes, AREAS, LIMITS);
        report.absolute(name + " by class, area, limit", shape, wanted, got, COCO);
        double[] byIou = Json.doubles(expected.required("precision_mean_by_iou_all_last"));
        double[] ours = new double[byIou.length];
        Arrays.setAll(ours, t -> curves.meanPrecision(t, -1, 0, LIMITS - 1));
        report.absolute(name + " by IoU", "[10]", byIou, ours, COCO);
    }

    void competition() {
        for (JsonNode c : Json.read(folder.resolve("metric.json")).required("cases")) {
            String name = c.get("name").asText();
            ImageScore score =
                    CompetitionScore.ofImage(
                            FixtureMasks.ofCase(c, "pred"), FixtureMasks.ofCase(c, "gt"));
            int n = ImageScore.THRESHOLDS;
            long[] counts = new long[3 * n];
            long[] expected = new long[3 * n];
            for (int k = 0; k < n; k++) {
                counts[k] = score.truePositives()[k];
                counts[n + k] = score.falsePositives(k);
                counts[2 * n + k] = score.falseNegatives(k);
                expected[k] = c.get("tp").get(k).asLong();
                expected[n + k] = c.get("fp").get(k).asLong();
                expected[2 * n + k] = c.get("fn").get(k).asLong();
            }
            report.exact(name + " counts", "[3, 10]", expected, counts);
            double[] want = {c.get("score").asDouble()};
            report.absolute(name + " score", "[]", want, new double[] {score.score()}, SCORE);
        }
    }
}
