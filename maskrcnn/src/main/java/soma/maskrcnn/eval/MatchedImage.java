package soma.maskrcnn.eval;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;

import java.util.List;

/**
 * An image whose predictions are matched with its objects, classes aside.
 *
 * @param image the image
 * @param truths its objects, crowds left out
 * @param predictions best first
 * @param matches which of them are matched at the IoU asked for
 * @param score counts at the competition's thresholds
 */
public record MatchedImage(
        ImageRecord image,
        List<Annotation> truths,
        List<Prediction> predictions,
        MaskMatches matches,
        ImageScore score) {
    /** Copies the lists. */
    public MatchedImage {
        truths = List.copyOf(truths);
        predictions = List.copyOf(predictions);
    }

    /** Number of matched pairs. */
    public int truePositives() {
        return matches.count();
    }

    /** Predictions without an object. */
    public int falsePositives() {
        return predictions.size() - matches.count();
    }

    /** Objects that were not found. */
    public int falseNegatives() {
        return truths.size() - matches.count();
    }
}
