package soma.cli.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.Evaluation;
import soma.maskrcnn.eval.EvaluationReport;
import soma.tensor.Device;
import soma.tensor.SomaException;
import soma.train.log.ProgressListener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class StudyRunTest {
    private static final String STUDY =
            """
            data: {drawn: {train: 2, val: 1, test: 3}}
            variants:
            - name: base
              train:
                config: tiny
                set: [SOLVER.IMS_PER_BATCH=1, SOLVER.MAX_ITER=2, 'SOLVER.STEPS=[]',
                  TEST.EVAL_PERIOD=0, MODEL.RPN.POST_NMS_TOPK_TEST=20]
              infer: {set: [MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.01, TEST.DETECTIONS_PER_IMAGE=10]}
            - name: other seed
              base: base
              train: {set: [SEED=5]}
            - name: flipped
              base: base
              infer: {tta: true, set: ['TEST.AUG.MIN_SIZES=[0]', SOMA.TTA.MERGE=nms]}
            - name: both
              ensemble: [base, other seed]
            """;

    @TempDir Path folder;

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
        assertEquals(6, table.lines().count(), table);
        assertEquals(table, Files.readString(out.resolve("table.md")));
        assertEquals(5, Files.readAllLines(out.resolve("table.csv")).size());
        String html = Files.readString(out.resolve("report.html"));
        assertTrue(html.contains("<svg") && html.contains("other seed"));
        assertTrue(!html.contains("src=\"http") && !html.contains("{{"));
        assertScoresOfEval(out);
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
    void weightsThatAreNotThereAreSaidBeforeAnythingIsComputed() throws IOException {
        String text = STUDY.replace("train: {set: [SEED=5]}", "train: {weights: bse}");
        StudyRun study = study(text);
        SomaException e =
                assertThrows(
                        SomaException.class, () -> study.run(ProgressListener.NONE, () -> false));
        assertTrue(e.getMessage().endsWith("expected a variant or a file, got bse"));
        assertTrue(Files.notExists(folder.resolve("out")));
    }

    private static void assertScoresOfEval(Path out) {
        Dataset test = DatasetReader.read(out.resolve("data/test/annotations.json"));
        for (String name : List.of("base", "flipped", "both")) {
            Path variant = out.resolve(name);
            VariantResult result = VariantResult.read(variant.resolve("result.json"));
            EvaluationReport scored =
                    Evaluation.of(
                            test,
                            variant.resolve("submission.csv"),
                            Evaluation.Metric.SARTORIUS,
                            CocoSettings.DEFAULT);
            assertEquals(3, result.perImage().size());
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
