package soma.cli.report;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.eval.Evaluation;
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
        Map<String, List<DrawnInstance>> byImage = new HashMap<>();
        if (!Evaluation.isJson(file)) {
            Submission.read(file, dataset)
                    .masks()
                    .forEach(
                            (id, masks) ->
                                    byImage.put(
                                            id,
                                            masks.stream()
                                                    .filter(mask -> !mask.isEmpty())
                                                    .map(m -> DrawnInstance.annotated(m, "object"))
                                                    .toList()));
            return byImage;
        }
        Map<String, ImageRecord> images = dataset.imagesById();
        Map<Long, String> names = new HashMap<>();
        for (Category category : dataset.categories()) {
            names.put(category.id(), category.name());
        }
        for (Prediction prediction : CocoResults.read(file).predictions()) {
            ImageRecord image = images.get(prediction.imageId());
            if (image != null) {
                byImage.computeIfAbsent(image.id(), key -> new ArrayList<>())
                        .add(drawn(file, prediction, image, names));
            }
        }
        return byImage;
    }

    private static DrawnInstance drawn(
            Path file, Prediction prediction, ImageRecord image, Map<Long, String> names) {
        Rle mask =
                prediction.mask() != null
                        ? prediction.mask()
                        : Rle.empty(image.height(), image.width());
        if (mask.height() != image.height() || mask.width() != image.width()) {
            throw new SomaException(
                    "%s: image %s: mask: expected %dx%d, got %dx%d"
                            .formatted(
                                    file,
                                    image.id(),
                                    image.height(),
                                    image.width(),
                                    mask.height(),
                                    mask.width()));
        }
        double[] xywh = prediction.box();
        double[] box = {xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]};
        String name =
                names.getOrDefault(prediction.categoryId(), "class " + prediction.categoryId());
        return DrawnInstance.detected(mask, box, name, prediction.score());
    }
}
