package soma.maskrcnn.tune;

import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.ensemble.Ensemble;
import soma.maskrcnn.ensemble.FusionSettings;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.List;

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
     * @param models files of the same images and classes as the data set's
     * @throws SomaException when there is nothing to find or a model found nothing, or a detection
     *     has a class that the data set doesn't have, a mask of another size, or a score outside
     *     [0, 1]
     */
    public static TuningSet of(Dataset dataset, List<StoredPredictions> models) {
        requireObjects(dataset);
        List<List<Instances>> found = new ArrayList<>();
        for (ImageRecord image : dataset.images()) {
            ImageSize size = new ImageSize(image.height(), image.width());
            found.add(
                    models.stream()
                            .map(m -> masked(m.read(image.id(), size, dataset.categories())))
                            .toList());
        }
        for (int m = 0; m < models.size(); m++) {
            int model = m;
            if (found.stream().allMatch(ofImage -> ofImage.get(model).size() == 0)) {
                throw new SomaException(
                        models.get(m).file() + ": detections: expected at least one, got none");
            }
        }
        return new TuningSet(dataset, found);
    }

    /** Without the probabilities of masks, which nothing here needs. */
    private static Instances masked(Instances found) {
        return found.withMasks(found.masks());
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

    /** Number of models. */
    public int models() {
        return found.getFirst().size();
    }

    /** What the settings leave of an image's detections: what {@code infer} would give out. */
    public Instances postProcessed(int image, Settings settings) {
        return new PredictionChain(
                        settings.post(),
                        suppression(settings.nms(), settings.nms() < Settings.NO_NMS))
                .apply(found.get(image));
    }

    /** The masks of that. */
    List<Rle> masks(int image, Settings settings) {
        return postProcessed(image, settings).masks();
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
