package soma.cli.report;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.draw.Outcome;
import soma.maskrcnn.eval.Evaluation;
import soma.maskrcnn.eval.MatchedImage;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Objects of a data set and of a file of predictions, ready to be drawn. */
public final class DrawnObjects {
    private DrawnObjects() {}

    /** Returns the annotated objects of an image; empty masks have nothing to draw. */
    public static List<DrawnInstance> annotated(Dataset dataset, ImageRecord image) {
        List<DrawnInstance> drawn = new ArrayList<>();
        for (Annotation annotation : image.annotations()) {
            Rle mask = annotation.segmentation().toRle(image.height(), image.width());
            if (!mask.isEmpty()) {
                String name = dataset.categories().get(annotation.category()).name();
                drawn.add(
                        DrawnInstance.annotated(
                                mask, annotation.crowd() ? name + " (crowd)" : name));
            }
        }
        return drawn;
    }

    /**
     * Reads predictions by image id, {@code results.json} or {@code submission.csv}; those of
     * images that the data set doesn't have are left out.
     *
     * @throws SomaException when the file can't be read, or a mask has another size than its image
     */
    public static Map<String, List<DrawnInstance>> read(Path file, Dataset dataset) {
        return predicted(Evaluation.predictions(dataset, file), dataset);
    }

    /** Returns predictions by image id; empty masks without a box have nothing to draw. */
    public static Map<String, List<DrawnInstance>> predicted(
            List<Prediction> predictions, Dataset dataset) {
        Map<String, ImageRecord> images = dataset.imagesById();
        Map<String, List<DrawnInstance>> byImage = new HashMap<>();
        for (Prediction prediction : predictions) {
            if (prediction.bbox() != null || !prediction.mask().isEmpty()) {
                byImage.computeIfAbsent(prediction.imageId(), key -> new ArrayList<>())
                        .add(drawn(prediction, images.get(prediction.imageId()), dataset));
            }
        }
        return byImage;
    }

    /** Returns the objects of an image as found or missed; crowds count for nothing. */
    public static List<DrawnInstance> truths(Dataset dataset, MatchedImage matched) {
        List<DrawnInstance> drawn = new ArrayList<>();
        int next = 0;
        for (Annotation annotation : matched.image().annotations()) {
            Outcome outcome = Outcome.CROWD;
            if (!annotation.crowd()) {
                outcome = matched.matches().isFound(next++) ? Outcome.TRUE : Outcome.MISSED;
            }
            ImageRecord alone = matched.image().withAnnotations(List.of(annotation));
            for (DrawnInstance object : annotated(dataset, alone)) {
                drawn.add(object.as(outcome));
            }
        }
        return drawn;
    }

    /** Returns the predictions of an image as true or false. */
    public static List<DrawnInstance> predictions(Dataset dataset, MatchedImage matched) {
        List<DrawnInstance> drawn = new ArrayList<>();
        for (int p = 0; p < matched.predictions().size(); p++) {
            Outcome outcome = matched.matches().isTrue(p) ? Outcome.TRUE : Outcome.FALSE;
            Prediction prediction = matched.predictions().get(p);
            drawn.add(drawn(prediction, matched.image(), dataset).as(outcome));
        }
        return drawn;
    }

    private static DrawnInstance drawn(Prediction prediction, ImageRecord image, Dataset dataset) {
        Rle mask =
                prediction.mask() != null
                        ? prediction.mask()
                        : Rle.empty(image.height(), image.width());
        if (Double.isNaN(prediction.score())) {
            return DrawnInstance.annotated(mask, "object");
        }
        double[] xywh = prediction.box();
        double[] box = {xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]};
        Integer category = dataset.categoryIndices().get(prediction.categoryId());
        String name =
                category == null
                        ? "class " + prediction.categoryId()
                        : dataset.categories().get(category).name();
        return DrawnInstance.detected(mask, box, name, prediction.score());
    }
}
