package soma.cli.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.cli.ClassNames;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.Evaluation;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.tensor.Device;
import soma.tensor.SomaException;
import soma.train.log.ProgressListener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

class StudyRunTest {
    /**
     * Few cells, which are scored on the images learnt from, so that seconds suffice to find some.
     */
    private static final String BASE =
            """
            data: {train: cells/annotations.json, val: one/annotations.json,
              test: cells/annotations.json}
            variants:
            - name: base
              train:
                config: tiny
                set: [SOLVER.IMS_PER_BATCH=2, SOLVER.MAX_ITER=60, 'SOLVER.STEPS=[]',
                  SOLVER.WARMUP_ITERS=5, TEST.EVAL_PERIOD=0, MODEL.RPN.POST_NMS_TOPK_TEST=50]
              infer: {set: [MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.05, TEST.DETECTIONS_PER_IMAGE=20]}
            """;

    private static final String OTHERS =
            """
            - name: other seed
              base: base
              train: {set: [SEED=5, SOLVER.MAX_ITER=6], weights: base}
            - name: flipped
              base: base
              infer: {tta: true, set: ['TEST.AUG.MIN_SIZES=[0]', SOMA.TTA.MERGE=nms]}
            - name: both
              ensemble: [base, other seed]
            """;

    private static final String TUNED =
            """
            - name: tuned
              base: base
              tune: true
            """;

    private static final String STUDY = BASE + OTHERS + TUNED;

    private static final List<String> ROWS =
            List.of("base", "other seed", "flipped", "both", "tuned");
    private static final int IMAGES = 8;

    @TempDir Path folder;

    @BeforeEach
    void drawCells() {
        SceneSettings few = SceneSettings.DEFAULT.withSize(64, 64).withCells(2, 3).withCellScale(2);
        SyntheticDataset.write(folder.resolve("cells"), IMAGES, 1, few);
        SyntheticDataset.write(folder.resolve("one"), 1, 2, few);
    }

    private StudyRun study(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("study.yaml"), text);
        return new StudyRun(file, folder.resolve("out"), Device.cpu(), List.of("study"), false);
    }

    @Test
    void goesOnWhereItStoppedAndScoresAsEvalDoes() throws IOException {
        Path out = folder.resolve("out");
        Path base = out.resolve("base/result.json");
        // Stops in the training of the second variant.
        assertTrue(study(STUDY).run(ProgressListener.NONE, () -> Files.exists(base)).isEmpty());
        assertTrue(Files.exists(out.resolve("table.md")));
        byte[] first = Files.readAllBytes(base);
        String table = study(STUDY).run(ProgressListener.NONE, () -> false).orElseThrow();
        assertArrayEquals(first, Files.readAllBytes(base));
        assertEquals(2 + ROWS.size(), table.lines().count(), table);
        assertEquals(table, Files.readString(out.resolve("table.md")));
        String html = Files.readString(out.resolve("report.html"));
        assertTrue(html.contains("<svg") && html.contains("other seed"));
        assertTrue(html.contains("Tuned: <b>tuned</b>"));
        assertTrue(!html.contains("src=\"http") && !html.contains("{{"));
        assertScoresOfEval(out);
        assertColumnsOfTheScores(out);
        assertNotEquals(
                Files.readString(out.resolve("base/results.json")),
                Files.readString(out.resolve("flipped/results.json")));
        assertTrue(
                Double.isNaN(VariantResult.read(out.resolve("both/result.json")).trainSeconds()));

        String changed = STUDY.replace("SEED=5", "SEED=6");
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> study(changed).run(ProgressListener.NONE, () -> false));
        assertTrue(e.getMessage().contains("expected those of variant other seed"), e.getMessage());
    }

    @Test
    void aVariantStartsFromOtherDataOfOtherClasses() throws IOException {
        ObjectMapper json = new ObjectMapper();
        Path cells = folder.resolve("cells/annotations.json");
        ObjectNode data = (ObjectNode) json.readTree(cells.toFile());
        data.putArray("categories").addObject().put("id", 1).put("name", "nucleus");
        data.withArray("annotations").forEach(a -> ((ObjectNode) a).put("category_id", 1));
        json.writeValue(folder.resolve("cells/nuclei.json").toFile(), data);
        String text =
                BASE
                        + """
                        - name: nuclei
                          base: base
                          train: {set: [SOLVER.MAX_ITER=4], data: cells/nuclei.json}
                        - name: pre-trained
                          base: base
                          train: {set: [SOLVER.MAX_ITER=4], weights: nuclei}
                        """;
        assertTrue(study(text).run(ProgressListener.NONE, () -> false).isPresent());
        Path out = folder.resolve("out");
        assertEquals(1, ClassNames.read(out.resolve("nuclei/run")).size());
        assertEquals(3, ClassNames.read(out.resolve("pre-trained/run")).size());
        // Scored by masks alone, since its classes are not those of the images.
        VariantResult nuclei = VariantResult.read(out.resolve("nuclei/result.json"));
        assertTrue(Double.isNaN(nuclei.maskAp()));
        assertEquals(IMAGES, nuclei.perImage().size());
        assertFalse(
                Double.isNaN(VariantResult.read(out.resolve("pre-trained/result.json")).maskAp()));
    }

    @Test
    void weightsThatAreNotThereAreSaidBeforeAnythingIsComputed() throws IOException {
        String text = STUDY.replace("weights: base", "weights: bse");
        StudyRun study = study(text);
        SomaException e =
                assertThrows(
                        SomaException.class, () -> study.run(ProgressListener.NONE, () -> false));
        assertTrue(e.getMessage().endsWith("expected a variant or a file, got bse"));
        assertTrue(Files.notExists(folder.resolve("out")));
    }

    @Test
    void aTunedVariantResumesAndIsHeldOut() throws IOException {
        Path out = folder.resolve("out");
        Path tuning = out.resolve("tuned/tuning.json");
        // Stops in the detection of the tuned variant, whose search is still to come.
        Path before = out.resolve("base/result.json");
        assertTrue(
                study(BASE + TUNED)
                        .run(ProgressListener.NONE, () -> Files.exists(before))
                        .isEmpty());
        assertTrue(Files.notExists(tuning));
        assertTrue(study(BASE + TUNED).run(ProgressListener.NONE, () -> false).isPresent());
        JsonNode figures = new ObjectMapper().readTree(tuning.toFile());
        assertEquals(5, figures.get("settings_of_folds").size());
        assertEquals(IMAGES, figures.get("held_out").get("per_image").size());
        double flattering = figures.get("intervals").get("after").get(0).asDouble();
        double scored = mean(VariantResult.read(out.resolve("tuned/result.json")).scores());
        assertTrue(scored > 0 && scored < flattering, scored + " " + flattering);
        Config tuned = Config.load(out.resolve("tuned/tuned.yaml").toString());
        assertEquals(20, tuned.getInt("TEST.DETECTIONS_PER_IMAGE")); // of the study
        assertEquals(60, tuned.getInt("SOLVER.MAX_ITER")); // of the run
        assertEquals(3, PostConfig.from(tuned).scoreThresholds().size());

        String untuned = BASE + TUNED.replace("  tune: true\n", "");
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () -> study(untuned).run(ProgressListener.NONE, () -> false));
        assertTrue(e.getMessage().contains("expected those of variant tuned"), e.getMessage());
    }

    @Test
    void tuningNeedsImagesToHoldOut() throws IOException {
        String text = STUDY.replace("  test: cells/annotations.json}", "}");
        StudyRun study = study(text);
        SomaException e =
                assertThrows(
                        SomaException.class, () -> study.run(ProgressListener.NONE, () -> false));
        assertTrue(
                e.getMessage()
                        .endsWith(
                                "variant tuned: tune: expected at least 2 images to score, got 1"),
                e.getMessage());
        assertTrue(Files.notExists(folder.resolve("out/base/run")));
    }

    /** {@code table.csv} from the images' scores, which {@link #assertScoresOfEval} checks. */
    private static void assertColumnsOfTheScores(Path out) throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("table.csv"));
        assertEquals(1 + ROWS.size(), lines.size());
        double[] base = VariantResult.read(out.resolve("base/result.json")).scores();
        for (int row = 0; row < ROWS.size(); row++) {
            String name = ROWS.get(row);
            String[] cells = lines.get(1 + row).split(",", -1);
            double[] scores =
                    VariantResult.read(out.resolve(name.replace(' ', '-') + "/result.json"))
                            .scores();
            assertEquals('"' + name + '"', cells[0]);
            double score = mean(scores);
            assertTrue(score > 0, name);
            assertEquals(score, Double.parseDouble(cells[1]), 1e-4, name);
            assertTrue(Double.parseDouble(cells[2]) < score, name);
            assertTrue(Double.parseDouble(cells[3]) > score, name);
            if (row == 0) {
                assertEquals(List.of("", "", "", ""), List.of(cells).subList(4, 8));
            } else {
                double difference = Double.parseDouble(cells[4]);
                assertEquals(score - mean(base), difference, 1e-4, name);
                assertTrue(Double.parseDouble(cells[5]) <= difference, name);
                assertTrue(Double.parseDouble(cells[6]) >= difference, name);
                double p = Double.parseDouble(cells[7]);
                assertTrue(Arrays.equals(scores, base) ? p == 1 : p > 0 && p < 1, name);
            }
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static void assertScoresOfEval(Path out) {
        Dataset test = DatasetReader.read(out.resolveSibling("cells/annotations.json"));
        for (String name : ROWS) {
            Path variant = out.resolve(name.replace(' ', '-'));
            VariantResult result = VariantResult.read(variant.resolve("result.json"));
            EvaluationReport scored =
                    Evaluation.of(
                            test,
                            variant.resolve("submission.csv"),
                            Evaluation.Metric.SARTORIUS,
                            CocoSettings.DEFAULT);
            assertEquals(IMAGES, result.perImage().size());
            scored.competition()
                    .orElseThrow()
                    .perImage()
                    .forEach((id, s) -> assertEquals(s.score(), result.perImage().get(id), name));
            EvaluationReport coco =
                    Evaluation.of(
                            test,
                            variant.resolve("results.json"),
                            Evaluation.Metric.COCO,
                            CocoSettings.DEFAULT);
            assertEquals(coco.coco().get(1).ap(), result.maskAp(), 1e-12);
        }
    }
}
