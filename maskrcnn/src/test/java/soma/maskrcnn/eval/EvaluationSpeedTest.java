package soma.maskrcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** 506 images with 41,042 masks, each predicted a few pixels off, are evaluated in seconds. */
class EvaluationSpeedTest {
    @Test
    void wholeCompetitionInSeconds() {
        Dataset dataset = DatasetReader.read(SharedFiles.require("data/sartorius/masks-only.json"));
        List<Prediction> predictions = new ArrayList<>();
        Random random = new Random(1);
        for (ImageRecord image : dataset.images()) {
            for (Annotation truth : image.annotations()) {
                Rle mask = truth.segmentation().toRle(image.height(), image.width());
                Rle moved =
                        mask.crop(
                                random.nextInt(7) - 3,
                                random.nextInt(7) - 3,
                                image.height(),
                                image.width());
                long category = dataset.categories().get(truth.category()).id();
                predictions.add(
                        new Prediction(image.id(), category, random.nextDouble(), null, moved));
            }
        }
        assertEquals(41042, predictions.size());
        CocoSettings settings = CocoSettings.upTo(1000);
        assertTimeout(
                Duration.ofSeconds(60),
                () -> {
                    CocoMetrics segm =
                            CocoEvaluator.evaluate(dataset, predictions, IouType.SEGM, settings);
                    assertTrue(segm.ap() > 0.2 && segm.ap() < 0.9, segm.toText());
                    double score =
                            CompetitionScore.of(dataset, CompetitionScore.masksByImage(predictions))
                                    .score();
                    assertTrue(score > 0.2 && score < 0.9, "score " + score);
                });
    }
}
