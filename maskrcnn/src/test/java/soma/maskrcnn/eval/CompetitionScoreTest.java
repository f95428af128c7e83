package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class CompetitionScoreTest {
    @TempDir Path folder;

    private static Rle run(int start, int length) {
        return Rle.fromRowRuns(1, 30, (start + 1) + " " + length);
    }

    /**
     * IoU n/20 matches at the thresholds strictly below it; a threshold as a rounded double would
     * count 9/10 at 0.90.
     */
    @Test
    void aMatchIsStrictlyAboveTheThreshold() {
        for (int n = 10; n <= 20; n++) {
            ImageScore score = CompetitionScore.ofImage(List.of(run(0, n)), List.of(run(0, 20)));
            assertEquals((n - 10) / 10.0, score.score(), 1e-15, n + " of 20");
        }
    }

    @Test
    void overlappingMasksAreMatchedOneToOne() {
        ImageScore twoOnOne =
                CompetitionScore.ofImage(List.of(run(0, 20), run(0, 19)), List.of(run(0, 20)));
        assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, twoOnOne.truePositives());
        assertEquals(0.5, twoOnOne.score(), 1e-15);
        // The first prediction takes the first object; it must give way for the second.
        ImageScore chain =
                CompetitionScore.ofImage(
                        List.of(run(0, 10), run(0, 9)), List.of(run(0, 9), run(0, 10)));
        assertEquals(1, chain.precision(0));
        List<Rle> same = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            same.add(run(0, 10));
        }
        assertEquals(1, CompetitionScore.ofImage(same, same).score());
    }

    @Test
    void emptyImagesCountOneWhenNothingIsPredicted() {
        assertEquals(1, CompetitionScore.ofImage(List.of(), List.of()).score());
        assertEquals(0, CompetitionScore.ofImage(List.of(run(0, 3)), List.of()).score());
        assertEquals(0, CompetitionScore.ofImage(List.of(), List.of(run(0, 3))).score());
    }

    @Test
    void averagesOverImagesAndTheirClasses() {
        Dataset dataset =
                TestData.dataset(
                        List.of("round", "flat"),
                        TestData.image("1", 1, 30, TestData.cell(0, run(0, 20))),
                        TestData.image(
                                "2",
                                1,
                                30,
                                TestData.cell(1, run(0, 20)),
                                TestData.crowd(1, run(20, 5))),
                        TestData.image("3", 1, 30));
        CompetitionScore score =
                CompetitionScore.of(
                        dataset, Map.of("1", List.of(run(0, 15)), "9", List.of(run(0, 1))));
        assertEquals((0.5 + 0 + 1) / 3, score.score(), 1e-15);
        assertEquals(2 / 3.0, score.perThreshold()[4], 1e-15);
        assertEquals(1 / 3.0, score.perThreshold()[5], 1e-15);
        assertEquals(Map.of("round", 0.5, "flat", 0.0), score.perClass());
        assertEquals(List.of("1", "2", "3"), List.copyOf(score.perImage().keySet()));
        JsonNode json = new EvaluationReport(List.of(), Optional.of(score), Set.of()).toJson();
        assertEquals(0.5, json.at("/sartorius/per_image/1").asDouble());
        assertEquals(10, json.at("/sartorius/per_threshold").size());
        Prediction box = new Prediction("1", 1, 1, new double[4], null);
        assertThrows(SomaException.class, () -> CompetitionScore.masksByImage(List.of(box)));
        assertThrows(
                SomaException.class,
                () -> CompetitionScore.of(dataset, Map.of("1", List.of(Rle.empty(2, 15)))));
    }

    /** Every case of {@code golden/data/metric.json}. */
    @Test
    void agreesWithThePublishedMetric() {
        JsonNode golden = SharedFiles.json("golden/data/metric.json");
        List<ImageRecord> real = new ArrayList<>();
        Map<String, List<Rle>> predicted = new HashMap<>();
        for (JsonNode c : golden.get("cases")) {
            String name = c.get("name").asText();
            int h = c.get("h").asInt();
            int w = c.get("w").asInt();
            List<Rle> predictions = masks(c.get("pred"), h, w);
            List<Rle> truths = masks(c.get("gt"), h, w);
            ImageScore score = CompetitionScore.ofImage(predictions, truths);
            for (int k = 0; k < ImageScore.THRESHOLDS; k++) {
                assertEquals(c.get("tp").get(k).asInt(), score.truePositives()[k], name);
                assertEquals(c.get("fp").get(k).asInt(), score.falsePositives(k), name);
                assertEquals(c.get("fn").get(k).asInt(), score.falseNegatives(k), name);
            }
            assertEquals(c.get("score").asDouble(), score.score(), name);
            if (name.startsWith("real_")) {
                real.add(
                        TestData.image(
                                name,
                                h,
                                w,
                                truths.stream()
                                        .map(mask -> TestData.cell(0, mask))
                                        .toArray(Annotation[]::new)));
                predicted.put(name, predictions);
            }
        }
        assertEquals(25, golden.get("cases").size());
        assertEquals(golden.get("real_mean").get("cases").asInt(), real.size());
        Dataset dataset = TestData.dataset(List.of("cell"), real.toArray(ImageRecord[]::new));
        assertEquals(
                golden.get("real_mean").get("score").asDouble(),
                CompetitionScore.of(dataset, predicted).score());
    }

    private static List<Rle> masks(JsonNode strings, int height, int width) {
        List<Rle> masks = new ArrayList<>();
        strings.forEach(text -> masks.add(Rle.fromCocoString(height, width, text.asText())));
        return masks;
    }

    @Test
    void writesTheReport() {
        Dataset dataset =
                TestData.dataset(
                        List.of("round"), TestData.image("1", 1, 30, TestData.cell(0, run(0, 20))));
        List<Prediction> all = List.of(new Prediction("1", 1, 1, null, run(0, 20)));
        EvaluationReport report =
                Evaluation.of(dataset, all, Evaluation.Metric.ALL, CocoSettings.DEFAULT);
        report.write(folder.resolve("e.json"));
        JsonNode json = report.toJson();
        assertEquals(1, json.at("/coco/bbox/AP").asDouble(), 1e-12);
        assertEquals(1, json.at("/coco/segm/AR100").asDouble(), 1e-12);
        assertEquals(-1, json.at("/coco/segm/APl").asDouble());
        assertEquals(1, json.at("/coco/segm/per_class/round").asDouble(), 1e-12);
        assertEquals(1, json.at("/sartorius/score").asDouble());
    }
}
