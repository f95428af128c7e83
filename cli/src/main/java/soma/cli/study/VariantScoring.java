package soma.cli.study;

import soma.infer.Predictor;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.SubmissionWriter;
import soma.maskrcnn.eval.CocoEvaluator;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.IouType;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.nn.io.AtomicFiles;
import soma.tensor.Device;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * Predicts the images of a study with the models of a variant, one model in memory at a time, and
 * scores what comes out; writes {@code results.json} and {@code submission.csv}.
 */
final class VariantScoring {
    private final Dataset images;
    private final List<Category> categories;
    private final Device device;
    private final BooleanSupplier stop;

    /**
     * Scoring on a data set.
     *
     * @param categories of the models' classes
     */
    VariantScoring(Dataset images, List<Category> categories, Device device, BooleanSupplier stop) {
        this.images = images;
        this.categories = categories;
        this.device = device;
        this.stop = stop;
    }

    /**
     * What the images scored.
     *
     * @param seconds that detection and post-processing took, for each image
     */
    record Scored(Map<String, Double> perImage, double maskAp, double seconds) {}

    /**
     * Predicts and scores.
     *
     * @return nothing when it was stopped
     */
    Optional<Scored> run(List<StudyPlan.Model> models, PostProcessing post, Path folder) {
        Dataset usable = images.withUsableImages();
        long start = System.nanoTime();
        List<List<Instances>> ofModels = new ArrayList<>();
        for (StudyPlan.Model model : models) {
            ofModels.add(detect(model.config(), usable.images()));
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
        }
        long detection = System.nanoTime() - start;
        List<List<Instances>> found = new ArrayList<>();
        for (int i = 0; i < usable.images().size(); i++) {
            int image = i;
            found.add(ofModels.stream().map(list -> list.get(image)).toList());
        }
        IntFunction<Instances> together = post.prepare(usable, found);
        start = System.nanoTime();
        Map<String, Instances> predicted = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            predicted.put(usable.images().get(i).id(), together.apply(i));
        }
        double seconds = (detection + System.nanoTime() - start) / 1e9 / Math.max(1, found.size());
        return Optional.of(score(predicted, folder, seconds));
    }

    private List<Instances> detect(Config config, List<ImageRecord> usable) {
        List<Instances> out = new ArrayList<>();
        try (Predictor predictor = Predictor.open(config, List.of(), device)) {
            for (ImageRecord image : usable) {
                if (stop.getAsBoolean()) {
                    break;
                }
                out.add(predictor.detect(ImageReader.readBgr(image.file())));
            }
        }
        return out;
    }

    private Scored score(Map<String, Instances> predicted, Path folder, double seconds) {
        List<Prediction> predictions = new ArrayList<>();
        Map<String, List<Rle>> masks = new LinkedHashMap<>();
        predicted.forEach(
                (id, found) -> {
                    masks.put(id, found.withoutOverlaps().masks());
                    predictions.addAll(Prediction.of(id, found, categories));
                });
        write(predictions, masks, folder);
        CompetitionScore score = CompetitionScore.of(images, masks);
        Map<String, Double> perImage = new LinkedHashMap<>();
        score.perImage().forEach((id, image) -> perImage.put(id, image.score()));
        double ap =
                categories.equals(images.categories())
                        ? CocoEvaluator.evaluate(
                                        images, predictions, IouType.SEGM, CocoSettings.DEFAULT)
                                .ap()
                        : Double.NaN;
        return new Scored(perImage, ap, seconds);
    }

    private void write(List<Prediction> predictions, Map<String, List<Rle>> masks, Path folder) {
        new CocoResults(predictions, images.integerImageIds())
                .write(folder.resolve("results.json"));
        AtomicFiles.write(
                folder.resolve("submission.csv"),
                stream -> {
                    try (SubmissionWriter writer = new SubmissionWriter(stream)) {
                        for (Map.Entry<String, List<Rle>> image : masks.entrySet()) {
                            writer.add(image.getKey(), image.getValue());
                        }
                    }
                });
    }
}
