package soma.maskrcnn.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The score of the Sartorius competition: per image the mean over IoU thresholds 0.50, 0.55 .. 0.95
 * of TP / (TP + FP + FN), a match being an IoU strictly above the threshold; over a data set the
 * mean of its images. Classes don't matter.
 *
 * @param score the data set's score
 * @param perThreshold mean over images at each threshold
 * @param perImage counts and score of each image by id, in the data set's order
 * @param perClass mean over the images of each class, by its name; an image counts for the class
 *     that most of its objects have, and a class without images is absent
 */
public record CompetitionScore(
        double score,
        double[] perThreshold,
        Map<String, ImageScore> perImage,
        Map<String, Double> perClass) {
    /** Keeps the order of the maps. */
    public CompetitionScore {
        perImage = Collections.unmodifiableMap(new LinkedHashMap<>(perImage));
        perClass = Collections.unmodifiableMap(new LinkedHashMap<>(perClass));
    }

    /** Scores one image. */
    public static ImageScore ofImage(List<Rle> predicted, List<Rle> truths) {
        return MaskMatching.of(predicted, truths).score();
    }

    /**
     * Scores a data set; crowds are no objects, and an image without an entry in {@code predicted}
     * has no predictions.
     *
     * @param predicted masks by image id; those of images that the data set doesn't have take no
     *     part
     * @throws SomaException when a mask has another size than its image
     */
    public static CompetitionScore of(Dataset dataset, Map<String, List<Rle>> predicted) {
        List<ImageScore> scores =
                dataset.images().parallelStream()
                        .map(
                                image ->
                                        ofRecord(
                                                image,
                                                predicted.getOrDefault(image.id(), List.of())))
                        .toList();
        Map<String, ImageScore> perImage = new LinkedHashMap<>();
        double[][] ofThresholds = new double[ImageScore.THRESHOLDS][scores.size()];
        double[] classSums = new double[dataset.categories().size()];
        int[] classImages = new int[classSums.length];
        double[] ofImages = new double[scores.size()];
        for (int i = 0; i < scores.size(); i++) {
            ImageRecord image = dataset.images().get(i);
            ImageScore score = scores.get(i);
            perImage.put(image.id(), score);
            ofImages[i] = score.score();
            for (int k = 0; k < ofThresholds.length; k++) {
                ofThresholds[k][i] = score.precision(k);
            }
            int category = image.majorityCategory();
            if (category >= 0) {
                classSums[category] += score.score();
                classImages[category]++;
            }
        }
        Map<String, Double> perClass = new LinkedHashMap<>();
        for (int c = 0; c < classSums.length; c++) {
            if (classImages[c] > 0) {
                perClass.put(dataset.classNames().get(c), classSums[c] / classImages[c]);
            }
        }
        return new CompetitionScore(
                meanOrZero(ofImages),
                Arrays.stream(ofThresholds).mapToDouble(CompetitionScore::meanOrZero).toArray(),
                perImage,
                perClass);
    }

    private static double meanOrZero(double[] values) {
        return values.length == 0 ? 0 : PairwiseMean.of(values, values.length);
    }

    private static ImageScore ofRecord(ImageRecord image, List<Rle> predicted) {
        List<Rle> truths = new ArrayList<>(image.annotations().size());
        for (Annotation annotation : image.annotations()) {
            if (!annotation.crowd()) {
                truths.add(annotation.segmentation().toRle(image.height(), image.width()));
            }
        }
        for (Rle mask : predicted) {
            if (mask.height() != image.height() || mask.width() != image.width()) {
                throw new SomaException(
                        "predictions: image "
                                + image.id()
                                + ": mask: expected "
                                + image.height()
                                + "x"
                                + image.width()
                                + ", got "
                                + mask.height()
                                + "x"
                                + mask.width());
            }
        }
        return ofImage(predicted, truths);
    }

    /**
     * Returns the masks of detections by image id.
     *
     * @throws SomaException when a detection has a box alone
     */
    public static Map<String, List<Rle>> masksByImage(List<Prediction> predictions) {
        Map<String, List<Rle>> masks = new LinkedHashMap<>();
        for (Prediction prediction : predictions) {
            if (prediction.mask() == null) {
                throw new SomaException(
                        "predictions: image "
                                + prediction.imageId()
                                + ": segmentation: expected a mask for each detection, got a box"
                                + " alone");
            }
            masks.computeIfAbsent(prediction.imageId(), key -> new ArrayList<>())
                    .add(prediction.mask());
        }
        return masks;
    }

    /** Returns {@code score}, {@code per_threshold}, {@code per_image} and {@code per_class}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("score", score);
        ArrayNode thresholds = json.putArray("per_threshold");
        for (double value : perThreshold) {
            thresholds.add(value);
        }
        ObjectNode images = json.putObject("per_image");
        perImage.forEach((id, image) -> images.put(id, image.score()));
        ObjectNode classes = json.putObject("per_class");
        perClass.forEach(classes::put);
        return json;
    }
}
