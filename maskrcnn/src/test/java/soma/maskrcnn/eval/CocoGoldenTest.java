package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;

import java.util.Set;

/** Every evaluation of {@code golden/data/coco_eval}, made with pycocotools. */
class CocoGoldenTest {
    private static final double TOLERANCE = 1e-9;
    private static final String FOLDER = "golden/data/coco_eval/";

    @ParameterizedTest
    @ValueSource(strings = {"jitter", "crowd_ties", "areas", "maxdets"})
    void agreesWithPycocotools(String name) {
        JsonNode cases = SharedFiles.json(FOLDER + "expected.json").get(name);
        Dataset dataset = DatasetReader.read(SharedFiles.require(FOLDER + name + "_gt.json"));
        CocoResults results = CocoResults.read(SharedFiles.require(FOLDER + name + "_dt.json"));
        assertEquals(Set.of(), results.unknownImages(dataset));
        int evaluations = 0;
        for (String variant : new String[] {"bbox", "segm", "segm_bbox_kept"}) {
            for (var entry : cases.get(variant).properties()) {
                String[] limits = entry.getKey().split("_", -1);
                int[] maxDets = new int[3];
                for (int m = 0; m < 3; m++) {
                    maxDets[m] = Integer.parseInt(limits[m]);
                }
                CocoMetrics metrics =
                        CocoEvaluator.evaluate(
                                dataset,
                                results.predictions(),
                                variant.equals("bbox") ? IouType.BBOX : IouType.SEGM,
                                new CocoSettings(maxDets, false, variant.equals("segm_bbox_kept")));
                check(entry.getValue(), metrics, name + " " + variant + " " + entry.getKey());
                evaluations++;
            }
        }
        assertEquals(5, evaluations);
    }

    private static void check(JsonNode expected, CocoMetrics metrics, String name) {
        for (int i = 0; i < 12; i++) {
            assertEquals(
                    expected.get("stats").get(i).asDouble(),
                    metrics.stats()[i],
                    TOLERANCE,
                    name + " " + metrics.names().get(i));
        }
        CocoCurves curves = metrics.curves();
        JsonNode precision = expected.get("precision_mean_KAM");
        assertEquals(precision.size(), curves.classes(), name);
        for (int k = 0; k < precision.size(); k++) {
            for (int a = 0; a < 4; a++) {
                for (int m = 0; m < 3; m++) {
                    String cell = name + " class " + k + " area " + a + " maxDets " + m;
                    assertEquals(
                            precision.get(k).get(a).get(m).asDouble(),
                            curves.meanPrecision(-1, k, a, m),
                            TOLERANCE,
                            cell);
                    assertEquals(
                            expected.get("recall_mean_KAM").get(k).get(a).get(m).asDouble(),
                            curves.meanRecall(k, a, m),
                            TOLERANCE,
                            cell);
                }
            }
            assertEquals(
                    precision.get(k).get(0).get(2).asDouble(), metrics.perClass()[k], TOLERANCE);
        }
        for (int t = 0; t < 10; t++) {
            assertEquals(
                    expected.get("precision_mean_by_iou_all_last").get(t).asDouble(),
                    curves.meanPrecision(t, -1, 0, 2),
                    TOLERANCE,
                    name + " threshold " + t);
        }
        assertTrue(metrics.toText().lines().count() == 12, metrics.toText());
    }
}
