package soma.maskrcnn.tune;

import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.ensemble.Ensemble;
import soma.maskrcnn.ensemble.FusionSettings;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Annotated images and what one or more models found in them, before any post-processing.
 *
 * @param dataset the images, with objects
 * @param found of each image, in the data set's order, what each model found, by descending score
 */
public record TuningSet(Dataset dataset, List<List<Instances>> found) {
    /** Copies the lists. */
    public TuningSet {
        found = found.stream().map(List::copyOf).toList();
    }

    /**
     * Reads the predictions of models.
     *
     * @param files a {@code results.json} of each model
     * @throws SomaException when there is nothing to find or nothing was found, or a detection is
     *     of an image or a class that the data set doesn't have, has no mask or one of another
     *     size, or a score outside [0, 1]
     */
    public static TuningSet read(Dataset dataset, List<Path> files) {
        requireObjects(dataset);
        return of(
                dataset,
                files.stream()
                        .map(file -> checked(dataset, file, CocoResults.read(file).predictions()))
                        .toList());
    }

    /**
     * Takes the predictions of one model.
     *
     * @param source where they are from, for messages
     * @throws SomaException as {@link #read} does
     */
    public static TuningSet of(Dataset dataset, Path source, List<Prediction> predictions) {
        requireObjects(dataset);
        return of(dataset, List.of(checked(dataset, source, predictions)));
    }

    private static TuningSet of(Dataset dataset, List<Map<String, List<Prediction>>> models) {
        List<List<Instances>> found = new ArrayList<>();
        for (ImageRecord image : dataset.images()) {
            List<Instances> ofModels = new ArrayList<>();
            for (Map<String, List<Prediction>> model : models) {
                ofModels.add(instances(dataset, image, model.getOrDefault(image.id(), List.of())));
            }
            found.add(ofModels);
        }
        return new TuningSet(dataset, found);
    }

    private static void requireObjects(Dataset dataset) {
        boolean empty =
                dataset.images().stream()
                        .allMatch(image -> image.annotations().stream().allMatch(a -> a.crowd()));
        if (empty) {
            throw new SomaException(
                    dataset.source() + ": annotations: expected at least one object, got none");
        }
    }

    private static Map<String, List<Prediction>> checked(
            Dataset dataset, Path file, List<Prediction> predictions) {
        if (predictions.isEmpty()) {
            throw new SomaException(file + ": detections: expected at least one, got none");
        }
        Map<String, ImageRecord> images = dataset.imagesById();
        Map<Long, Integer> categories = dataset.categoryIndices();
        Map<String, List<Prediction>> byImage = new HashMap<>();
        for (Prediction p : predictions) {
            ImageRecord image = images.get(p.imageId());
            if (image == null) {
                throw new SomaException(
                        "%s: image_id: expected one of %s, got %s"
                                .formatted(file, dataset.source(), p.imageId()));
            }
            String at = file + ": image " + image.id() + ": ";
            if (!categories.containsKey(p.categoryId())) {
                throw new SomaException(
                        "%scategory_id: expected one of %s, got %d"
                                .formatted(at, new TreeSet<>(categories.keySet()), p.categoryId()));
            }
            if (!(p.score() >= 0 && p.score() <= 1)) {
                throw new SomaException(at + "score: expected from 0 to 1, got " + p.score());
            }
            Rle mask = p.mask();
            if (mask == null) {
                throw new SomaException(at + "segmentation: expected a mask, got a box alone");
            }
            if (mask.height() != image.height() || mask.width() != image.width()) {
                throw new SomaException(
                        "%smask: expected %dx%d, got %dx%d"
                                .formatted(
                                        at,
                                        image.height(),
                                        image.width(),
                                        mask.height(),
                                        mask.width()));
            }
            byImage.computeIfAbsent(p.imageId(), id -> new ArrayList<>()).add(p);
        }
        return byImage;
    }

    private static Instances instances(Dataset dataset, ImageRecord image, List<Prediction> some) {
        List<Prediction> sorted = new ArrayList<>(some);
        sorted.sort(Comparator.comparingDouble((Prediction p) -> -p.score()));
        Map<Long, Integer> categories = dataset.categoryIndices();
        int n = sorted.size();
        float[] boxes = new float[4 * n];
        float[] scores = new float[n];
        int[] classes = new int[n];
        for (int i = 0; i < n; i++) {
            Prediction p = sorted.get(i);
            double[] box = p.box();
            boxes[4 * i] = (float) box[0];
            boxes[4 * i + 1] = (float) box[1];
            boxes[4 * i + 2] = (float) (box[0] + box[2]);
            boxes[4 * i + 3] = (float) (box[1] + box[3]);
            scores[i] = (float) p.score();
            classes[i] = categories.get(p.categoryId());
        }
        List<Rle> masks = sorted.stream().map(Prediction::mask).toList();
        return new Instances(image.height(), image.width(), boxes, scores, classes, masks);
    }

    /** Number of models. */
    public int models() {
        return found.getFirst().size();
    }

    /** The masks of an image that the settings leave: what {@code infer} would give out. */
    List<Rle> masks(int image, Settings settings) {
        return new PredictionChain(
                        settings.post(),
                        suppression(settings.nms(), settings.nms() < Settings.NO_NMS))
                .apply(found.get(image))
                .masks();
    }

    /** An image, ready for the search. */
    ScoredImage scored(int image) {
        // All models' detections, in the order that fusing gives them.
        Instances pool = suppression(Settings.NO_NMS, true).fuse(found.get(image));
        return new ScoredImage(pool, truths(dataset.images().get(image)));
    }

    private static Ensemble suppression(double iou, boolean single) {
        return new Ensemble(
                new EnsembleConfig(
                        EnsembleConfig.Method.NMS,
                        iou,
                        List.of(),
                        EnsembleConfig.Masks.WINNER,
                        single,
                        EnsembleConfig.InMemory.AUTO),
                FusionSettings.DEFAULT);
    }

    private static List<Rle> truths(ImageRecord image) {
        return image.annotations().stream()
                .filter(a -> !a.crowd())
                .map(a -> a.segmentation().toRle(image.height(), image.width()))
                .toList();
    }
}
