package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.List;

class MatchedDatasetTest {
    private static final IouThreshold HALF = IouThreshold.parse("0.5");

    private final Dataset dataset =
            TestData.dataset(
                    List.of("round", "flat", "none"),
                    TestData.image(
                            "1",
                            1,
                            30,
                            TestData.cell(0, run(0, 10)),
                            TestData.crowd(0, run(10, 5)),
                            TestData.cell(1, run(15, 10))),
                    TestData.image("2", 1, 30, TestData.cell(1, run(0, 10))),
                    TestData.image("3", 1, 30));

    private static Rle run(int start, int length) {
        return Rle.fromRowRuns(1, 30, (start + 1) + " " + length);
    }

    private static Prediction found(String image, long category, double score, Rle mask) {
        return new Prediction(image, category, score, null, mask);
    }

    @Test
    void imagesIgnoreClassesAndClassesDont() {
        MatchedDataset matched =
                MatchedDataset.of(
                        dataset,
                        List.of(
                                found("1", 1, 0.2, run(0, 8)),
                                found("1", 1, 0.9, run(0, 9)),
                                found("1", 1, 0.5, run(15, 6)),
                                found("2", 2, 0.5, run(0, 10)),
                                found("9", 2, 0.5, run(0, 10))),
                        HALF);
        MatchedImage first = matched.images().getFirst();
        assertEquals(2, first.truePositives());
        assertEquals(1, first.falsePositives());
        assertEquals(0, first.falseNegatives());
        // Best first: the one of 0.9 is the true one.
        assertEquals(
                List.of(0.9, 0.5, 0.2),
                first.predictions().stream().map(Prediction::score).toList());
        assertTrue(first.matches().isTrue(0) && !first.matches().isTrue(2));
        assertEquals(1, matched.images().get(1).truePositives());
        assertEquals(1, matched.images().get(2).score().score());

        ClassMatches round = matched.classes().get(0);
        assertEquals(
                List.of(1, 3, 1),
                List.of(round.truths(), round.predictions(), round.truePositives()));
        assertEquals(List.of(2, 0), List.of(round.falsePositives(), round.falseNegatives()));
        assertEquals(1 / 3.0, round.precision(0), 1e-15);
        // 9 of 10 is not above 0.90.
        assertEquals(1 / 3.0, round.precision(7), 1e-15);
        assertEquals(0, round.precision(8));
        ClassMatches flat = matched.classes().get(1);
        assertEquals(
                List.of(2, 1, 1), List.of(flat.truths(), flat.predictions(), flat.truePositives()));
        assertEquals(0.5, flat.precision(9), 1e-15);
        assertTrue(Double.isNaN(matched.classes().get(2).precision(0)));
    }

    @Test
    void countsAreTheCompetitions() {
        List<Prediction> predictions =
                List.of(found("1", 1, 0.2, run(1, 9)), found("2", 1, 0.9, run(3, 9)));
        MatchedDataset matched = MatchedDataset.of(dataset, predictions, IouThreshold.parse("0.8"));
        CompetitionScore score =
                CompetitionScore.of(dataset, CompetitionScore.masksByImage(predictions));
        for (MatchedImage image : matched.images()) {
            assertEquals(score.perImage().get(image.image().id()).score(), image.score().score());
        }
        assertEquals(1, matched.images().getFirst().truePositives());
        assertEquals(1, matched.images().get(1).falseNegatives());
    }

    @Test
    void masksAloneHaveNoClasses() {
        MatchedDataset matched =
                MatchedDataset.of(dataset, List.of(Prediction.ofMask("2", run(0, 10))), HALF);
        assertEquals(List.of(), matched.classes());
        assertEquals(1, matched.images().get(1).truePositives());
    }

    @Test
    void nothingPredictedIsAllMissed() {
        MatchedDataset matched = MatchedDataset.of(dataset, List.of(), HALF);
        assertEquals(3, matched.classes().size());
        assertEquals(2, matched.classes().get(1).falseNegatives());
        assertEquals(0, matched.classes().get(1).precision(0));
    }

    @Test
    void boxesAloneAreRefused() {
        Prediction box = new Prediction("1", 1, 1, new double[4], null);
        String error =
                assertThrows(
                                SomaException.class,
                                () -> MatchedDataset.of(dataset, List.of(box), HALF))
                        .getMessage();
        assertTrue(error.contains("image 1: segmentation: expected a mask"), error);
    }
}
