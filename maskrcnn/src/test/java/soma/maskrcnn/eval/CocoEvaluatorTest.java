package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.List;

/** Cases small enough to be worked out by hand. */
class CocoEvaluatorTest {
    private static Rle box(int x, int y, int w, int h) {
        return Rle.box(100, 100, x, y, x + w, y + h);
    }

    private static Prediction prediction(String image, long category, double score, Rle mask) {
        return new Prediction(image, category, score, mask.bbox(), mask);
    }

    private static final Dataset TWO_CELLS =
            TestData.dataset(
                    List.of("a", "b"),
                    TestData.image("1", 100, 100, TestData.cell(0, box(0, 0, 10, 10))),
                    TestData.image("2", 100, 100, TestData.cell(0, box(50, 50, 40, 40))));

    @Test
    void thresholdsAreNumpysDoubles() {
        assertEquals(0.8999999999999999, CocoGrid.IOU[8]);
        assertEquals(0.75, CocoGrid.IOU[CocoGrid.IOU_75]);
        assertEquals(0.95, CocoGrid.IOU[9]);
        assertEquals(0.29, CocoGrid.RECALL[29]);
    }

    @Test
    void perfectDetectionsScoreOne() {
        List<Prediction> all =
                List.of(
                        prediction("1", 1, 0.5, box(0, 0, 10, 10)),
                        prediction("2", 1, 0.4, box(50, 50, 40, 40)));
        for (IouType type : IouType.values()) {
            CocoMetrics metrics =
                    CocoEvaluator.evaluate(TWO_CELLS, all, type, CocoSettings.DEFAULT);
            // The small one has 100 pixels, the other 1600; there is none above 96^2.
            double[] expected = {1, 1, 1, 1, 1, -1, 1, 1, 1, 1, 1, -1};
            assertArrayEquals(expected, metrics.stats(), 1e-12);
            assertArrayEquals(new double[] {1, -1}, metrics.perClass(), 1e-12);
        }
    }

    /**
     * A false positive ranked first and one of two cells found at IoU 0.8 = 80 / 100: precision 1/2
     * up to recall 1/2 (51 of 101 points) at the 7 thresholds up to 0.80.
     */
    @Test
    void precisionIsReadOffAtOneHundredAndOneRecalls() {
        List<Prediction> some =
                List.of(
                        prediction("2", 1, 0.9, box(0, 0, 20, 20)),
                        prediction("1", 1, 0.8, box(0, 0, 10, 8)),
                        prediction("3", 1, 1.0, box(0, 0, 20, 20)),
                        prediction("1", 77, 1.0, box(0, 0, 20, 20)));
        CocoMetrics metrics =
                CocoEvaluator.evaluate(TWO_CELLS, some, IouType.SEGM, CocoSettings.DEFAULT);
        double ap50 = 0.5 * 51 / 101;
        assertEquals(ap50, metrics.stats()[1], 1e-12);
        assertEquals(ap50 * 7 / 10, metrics.ap(), 1e-12);
        assertEquals(0.5 * 7 / 10, metrics.stats()[8], 1e-12);
        assertEquals(
                " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.177",
                metrics.toText().lines().findFirst().orElseThrow());
        assertEquals(
                " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000",
                metrics.toText().lines().toList().getLast());
        assertEquals(ap50, metrics.toJson().get("AP50").asDouble(), 1e-12);
        assertEquals(-1, metrics.toJson().get("per_class").get("b").asDouble());
    }

    @Test
    void crowdsTakeAnyNumberOfDetectionsAndCountForNothing() {
        Dataset dataset =
                TestData.dataset(
                        List.of("a"),
                        TestData.image(
                                "1",
                                100,
                                100,
                                TestData.cell(0, box(0, 0, 10, 10)),
                                TestData.crowd(0, box(40, 40, 50, 50))));
        List<Prediction> all =
                List.of(
                        prediction("1", 1, 0.9, box(42, 42, 10, 10)),
                        prediction("1", 1, 0.8, box(60, 60, 10, 10)),
                        prediction("1", 1, 0.1, box(0, 0, 10, 10)));
        CocoMetrics metrics =
                CocoEvaluator.evaluate(dataset, all, IouType.SEGM, CocoSettings.DEFAULT);
        assertEquals(1, metrics.ap(), 1e-12);
    }

    @Test
    void otherNumbersOfDetectionsFollowEitherRule() {
        List<Prediction> one = List.of(prediction("1", 1, 0.5, box(0, 0, 10, 10)));
        int[] limits = {1, 10, 1000};
        CocoMetrics plain =
                CocoEvaluator.evaluate(
                        TWO_CELLS, one, IouType.BBOX, new CocoSettings(limits, false, false));
        assertEquals(-1, plain.ap());
        CocoMetrics last =
                CocoEvaluator.evaluate(TWO_CELLS, one, IouType.BBOX, CocoSettings.upTo(1000));
        assertEquals(51.0 / 101, last.ap(), 1e-12);
        assertEquals(plain.stats()[1], last.stats()[1]);
        assertEquals("AR1000", last.names().get(8));
        assertThrows(
                SomaException.class, () -> new CocoSettings(new int[] {1, 10, 10}, false, false));
    }

    @Test
    void masksMustBeThereAndFit() {
        Prediction box = new Prediction("1", 1, 0.5, new double[] {0, 0, 10, 10}, null);
        Prediction other = new Prediction("1", 1, 0.5, null, Rle.box(50, 100, 0, 0, 10, 10));
        for (Prediction bad : List.of(box, other)) {
            assertThrows(
                    SomaException.class,
                    () ->
                            CocoEvaluator.evaluate(
                                    TWO_CELLS, List.of(bad), IouType.SEGM, CocoSettings.DEFAULT));
        }
        assertEquals(
                51.0 / 101,
                CocoEvaluator.evaluate(TWO_CELLS, List.of(box), IouType.BBOX, CocoSettings.DEFAULT)
                        .ap(),
                1e-12);
    }

    @Test
    void nothingToMeasureGivesMinusOne() {
        Dataset empty = TestData.dataset(List.of("a"), TestData.image("1", 100, 100));
        CocoMetrics metrics =
                CocoEvaluator.evaluate(
                        empty,
                        List.of(prediction("1", 1, 1, box(0, 0, 5, 5))),
                        IouType.SEGM,
                        CocoSettings.DEFAULT);
        for (double stat : metrics.stats()) {
            assertEquals(-1, stat);
        }
        double[] nothing =
                CocoEvaluator.evaluate(TWO_CELLS, List.of(), IouType.SEGM, CocoSettings.DEFAULT)
                        .stats();
        assertArrayEquals(new double[] {0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, -1}, nothing);
    }
}
