package soma.maskrcnn.eval;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.model.Detector;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Runs a detector over a data set and scores it: COCO's figures for boxes and masks, and the
 * competition's score of the overlap-free masks.
 */
public final class DatasetEvaluator {
    private final Dataset dataset;

    /** An evaluator on a data set. */
    public DatasetEvaluator(Dataset dataset) {
        this.dataset = dataset;
    }

    /**
     * Detects on each usable image and scores the whole.
     *
     * @param progress told the number of images done
     */
    public EvaluationReport evaluate(Detector detector, IntConsumer progress) {
        List<Prediction> predictions = new ArrayList<>();
        Map<String, List<Rle>> masks = new LinkedHashMap<>();
        int done = 0;
        for (ImageRecord image : dataset.images()) {
            if (!dataset.unusableImages().contains(image.id())) {
                Instances found = detector.detect(ImageReader.readBgr(image.file()));
                predictions.addAll(Prediction.of(image.id(), found, dataset.categories()));
                masks.put(image.id(), found.withoutOverlaps().masks());
            }
            progress.accept(++done);
        }
        // As detectron2's evaluator: at most 100 detections an image, whatever the config allows.
        CocoSettings settings = CocoSettings.DEFAULT;
        return new EvaluationReport(
                List.of(
                        CocoEvaluator.evaluate(dataset, predictions, IouType.BBOX, settings),
                        CocoEvaluator.evaluate(dataset, predictions, IouType.SEGM, settings)),
                Optional.of(CompetitionScore.of(dataset, masks)));
    }
}
