package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

class EvaluationTest {
    @TempDir Path folder;

    private static final Rle MASK = Rle.box(8, 9, 1, 1, 7, 6);

    private static final Dataset ONE_CELL =
            TestData.dataset(List.of("cell"), TestData.image("a", 8, 9, TestData.cell(0, MASK)));

    private EvaluationReport evaluate(Path file, Evaluation.Metric metric) {
        return Evaluation.of(ONE_CELL, file, metric, CocoSettings.DEFAULT);
    }

    @Test
    void resultsGiveBothMetrics() {
        Path file = folder.resolve("results.json");
        new CocoResults(
                        List.of(
                                new Prediction("a", 1, 0.5, null, MASK),
                                new Prediction("b", 1, 0.5, null, MASK)),
                        false)
                .write(file);
        EvaluationReport report = evaluate(file, Evaluation.Metric.ALL);
        assertEquals(
                List.of(IouType.BBOX, IouType.SEGM),
                report.coco().stream().map(CocoMetrics::type).toList());
        assertEquals(1, report.coco().get(1).ap(), 1e-12);
        assertEquals(1, report.competition().orElseThrow().score());
        assertEquals(Set.of("b"), report.unknownImages());
        assertTrue(evaluate(file, Evaluation.Metric.COCO).competition().isEmpty());
        assertTrue(evaluate(file, Evaluation.Metric.SARTORIUS).coco().isEmpty());
    }

    @Test
    void boxesAloneGiveNoMaskFigures() {
        Path file = folder.resolve("results.json");
        new CocoResults(List.of(new Prediction("a", 1, 0.5, MASK.bbox(), null)), false).write(file);
        EvaluationReport report = evaluate(file, Evaluation.Metric.ALL);
        assertEquals(1, report.coco().size());
        assertTrue(report.competition().isEmpty());
        assertThrows(SomaException.class, () -> evaluate(file, Evaluation.Metric.SARTORIUS));
    }

    @Test
    void submissionsGiveTheCompetitionScore() {
        Path file = folder.resolve("submission.csv");
        new Submission(Map.of("a", List.of(MASK)), Set.of()).write(file);
        EvaluationReport report = evaluate(file, Evaluation.Metric.ALL);
        assertTrue(report.coco().isEmpty());
        assertEquals(1, report.competition().orElseThrow().score());
        SomaException e =
                assertThrows(SomaException.class, () -> evaluate(file, Evaluation.Metric.COCO));
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    }

    @Test
    void predictionsOfOtherImagesAreRefused() throws IOException {
        Path csv = Files.writeString(folder.resolve("s.csv"), "id,predicted\nx,1 1\n");
        Path json = folder.resolve("r.json");
        new CocoResults(List.of(new Prediction("x", 1, 0.5, null, MASK)), false).write(json);
        for (Path file : List.of(csv, json)) {
            SomaException e =
                    assertThrows(SomaException.class, () -> evaluate(file, Evaluation.Metric.ALL));
            assertTrue(e.getMessage().contains("got none of them (the first: x)"), e.getMessage());
        }
        assertThrows(
                SomaException.class,
                () -> evaluate(folder.resolve("none.json"), Evaluation.Metric.ALL));
        Path empty = Files.writeString(folder.resolve("empty.json"), "[]");
        assertEquals(0, evaluate(empty, Evaluation.Metric.ALL).coco().getFirst().ap());
        assertThrows(SomaException.class, () -> Evaluation.Metric.parse("map"));
        assertEquals(Evaluation.Metric.SARTORIUS, Evaluation.Metric.parse("sartorius"));
    }

    /** The published submission, scored against the real masks of its images. */
    @Test
    void scoresTheGoldenSubmission() {
        Path file = SharedFiles.require("golden/data/postprocess/submission.csv");
        Dataset masks = DatasetReader.read(SharedFiles.require("data/sartorius/masks-only.json"));
        EvaluationReport report =
                Evaluation.of(masks, file, Evaluation.Metric.ALL, CocoSettings.DEFAULT);
        Submission submission = Submission.read(file, masks);
        CompetitionScore score = report.competition().orElseThrow();
        assertEquals(506, score.perImage().size());
        for (String id : submission.masks().keySet()) {
            assertEquals(
                    submission.masks().get(id).size(), score.perImage().get(id).predicted(), id);
        }
        assertTrue(score.score() < 5.0 / 506, "five images of 506: " + score.score());
    }
}
