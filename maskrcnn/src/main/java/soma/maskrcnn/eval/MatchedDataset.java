package soma.maskrcnn.eval;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The true, false and missed objects of a data set: predictions matched with annotations by their
 * masks, as the competition does it.
 *
 * @param iou what a match must exceed
 * @param images each with its matches, classes aside, in the order of the data set
 * @param classes counts of each class, by index; none when predictions have no classes
 */
public record MatchedDataset(
        IouThreshold iou, List<MatchedImage> images, List<ClassMatches> classes) {
    /** Copies the lists. */
    public MatchedDataset {
        images = List.copyOf(images);
        classes = List.copyOf(classes);
    }

    /** An image with what classes add to it. */
    private record Compared(MatchedImage image, ClassCounts counts) {}

    /** Objects, predictions and matches by class. */
    private record ClassCounts(int[] truths, int[] predictions, int[] matches, int[][] at) {
        static ClassCounts zero(int classes) {
            return new ClassCounts(
                    new int[classes],
                    new int[classes],
                    new int[classes],
                    new int[ImageScore.THRESHOLDS][classes]);
        }

        void add(ClassCounts other) {
            for (int c = 0; c < truths.length; c++) {
                truths[c] += other.truths[c];
                predictions[c] += other.predictions[c];
                matches[c] += other.matches[c];
                for (int k = 0; k < at.length; k++) {
                    at[k][c] += other.at[k][c];
                }
            }
        }
    }

    /**
     * Matches predictions; those of images that the data set doesn't have take no part.
     *
     * @throws SomaException when a prediction has a box alone
     */
    public static MatchedDataset of(
            Dataset dataset, List<Prediction> predictions, IouThreshold iou) {
        Map<String, List<Prediction>> byImage = new HashMap<>();
        for (Prediction prediction : predictions) {
            if (prediction.mask() == null) {
                throw new SomaException(
                        "predictions: image "
                                + prediction.imageId()
                                + ": segmentation: expected a mask for each detection, got a box"
                                + " alone");
            }
            byImage.computeIfAbsent(prediction.imageId(), key -> new ArrayList<>()).add(prediction);
        }
        List<Compared> compared =
                dataset.images().parallelStream()
                        .map(
                                image ->
                                        compare(
                                                dataset,
                                                image,
                                                byImage.getOrDefault(image.id(), List.of()),
                                                iou))
                        .toList();
        ClassCounts sum = ClassCounts.zero(dataset.categories().size());
        compared.forEach(image -> sum.add(image.counts));
        boolean classless =
                !predictions.isEmpty()
                        && predictions.stream().allMatch(p -> Double.isNaN(p.score()));
        List<ClassMatches> classes = new ArrayList<>();
        for (int c = 0; !classless && c < sum.truths.length; c++) {
            int[] atThresholds = new int[ImageScore.THRESHOLDS];
            for (int k = 0; k < atThresholds.length; k++) {
                atThresholds[k] = sum.at[k][c];
            }
            classes.add(
                    new ClassMatches(
                            dataset.classNames().get(c),
                            sum.truths[c],
                            sum.predictions[c],
                            sum.matches[c],
                            atThresholds));
        }
        return new MatchedDataset(iou, compared.stream().map(Compared::image).toList(), classes);
    }

    private static Compared compare(
            Dataset dataset, ImageRecord image, List<Prediction> found, IouThreshold iou) {
        List<Annotation> truths = image.annotations().stream().filter(a -> !a.crowd()).toList();
        List<Prediction> predictions = new ArrayList<>(found);
        predictions.sort(Comparator.comparingDouble((Prediction p) -> -p.score()));
        List<Rle> truthMasks =
                truths.stream()
                        .map(a -> a.segmentation().toRle(image.height(), image.width()))
                        .toList();
        MaskMatching matching =
                MaskMatching.of(predictions.stream().map(Prediction::mask).toList(), truthMasks);
        ClassCounts counts = ClassCounts.zero(dataset.categories().size());
        int[] truthClasses = truths.stream().mapToInt(Annotation::category).toArray();
        Map<Long, Integer> indices = dataset.categoryIndices();
        int[] classes =
                predictions.stream()
                        .mapToInt(p -> indices.getOrDefault(p.categoryId(), -1))
                        .toArray();
        count(truthClasses, counts.truths);
        count(classes, counts.predictions);
        countMatches(matching.at(iou, classes, truthClasses), truthClasses, counts.matches);
        for (int k = 0; k < ImageScore.THRESHOLDS; k++) {
            IouThreshold threshold = IouThreshold.ofCompetition(k);
            countMatches(matching.at(threshold, classes, truthClasses), truthClasses, counts.at[k]);
        }
        return new Compared(
                new MatchedImage(image, truths, predictions, matching.at(iou), matching.score()),
                counts);
    }

    private static void count(int[] classes, int[] counts) {
        for (int c : classes) {
            if (c >= 0) {
                counts[c]++;
            }
        }
    }

    private static void countMatches(MaskMatches matches, int[] truthClasses, int[] counts) {
        for (int g = 0; g < truthClasses.length; g++) {
            if (matches.isFound(g)) {
                counts[truthClasses[g]]++;
            }
        }
    }
}
