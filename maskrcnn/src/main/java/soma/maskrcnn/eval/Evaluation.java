package soma.maskrcnn.eval;

import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Evaluates a file of predictions, {@code results.json} or {@code submission.csv}, told apart by
 * content.
 */
public final class Evaluation {
    private Evaluation() {}

    /** What to compute. */
    public enum Metric {
        /** COCO's figures. */
        COCO,
        /** The competition's score. */
        SARTORIUS,
        /**
         * Both; the competition's score alone for a submission, which has neither classes nor
         * scores.
         */
        ALL;

        /**
         * Returns the metric named on a command line.
         *
         * @throws SomaException when there is none of that name
         */
        public static Metric parse(String name) {
            for (Metric metric : values()) {
                if (metric.name().equalsIgnoreCase(name)) {
                    return metric;
                }
            }
            throw new SomaException("metric: expected coco, sartorius or all, got " + name);
        }

        /** Returns the name as a command line has it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads and evaluates predictions.
     *
     * @throws SomaException when the file can't be read, none of its images is in the data set, or
     *     it can't give the metric
     */
    public static EvaluationReport of(
            Dataset dataset, Path predictions, Metric metric, CocoSettings settings) {
        if (!isJson(predictions)) {
            if (metric == Metric.COCO) {
                throw new SomaException(
                        predictions
                                + ": predictions: expected a results.json for COCO's figures, got a"
                                + " table without classes and scores");
            }
            Submission submission = Submission.read(predictions, dataset);
            requireKnown(predictions, submission.masks().isEmpty(), submission.unknownImages());
            return new EvaluationReport(
                    List.of(),
                    Optional.of(CompetitionScore.of(dataset, submission.masks())),
                    submission.unknownImages());
        }
        CocoResults results = CocoResults.read(predictions);
        Set<String> unknown = results.unknownImages(dataset);
        boolean allUnknown =
                results.predictions().stream().allMatch(p -> unknown.contains(p.imageId()));
        requireKnown(predictions, allUnknown, unknown);
        return of(dataset, results.predictions(), metric, settings);
    }

    /**
     * Evaluates predictions in memory; masks are left out of COCO's figures when no prediction has
     * one.
     *
     * @throws SomaException when only some have masks, or none where the competition's score is
     *     asked for
     */
    public static EvaluationReport of(
            Dataset dataset, List<Prediction> predictions, Metric metric, CocoSettings settings) {
        boolean masks =
                predictions.isEmpty() || predictions.stream().anyMatch(p -> p.mask() != null);
        List<CocoMetrics> coco = new ArrayList<>();
        if (metric != Metric.SARTORIUS) {
            coco.add(CocoEvaluator.evaluate(dataset, predictions, IouType.BBOX, settings));
            if (masks) {
                coco.add(CocoEvaluator.evaluate(dataset, predictions, IouType.SEGM, settings));
            }
        }
        Optional<CompetitionScore> score = Optional.empty();
        if (metric == Metric.SARTORIUS || (metric == Metric.ALL && masks)) {
            score =
                    Optional.of(
                            CompetitionScore.of(
                                    dataset, CompetitionScore.masksByImage(predictions)));
        }
        Set<String> unknown = new CocoResults(predictions, false).unknownImages(dataset);
        return new EvaluationReport(coco, score, unknown);
    }

    /**
     * Reads predictions of either form, without those of images that the data set doesn't have.
     * Those of a submission have neither class nor score.
     *
     * @throws SomaException when the file can't be read, or a mask has another size than its image
     */
    public static List<Prediction> predictions(Dataset dataset, Path file) {
        List<Prediction> predictions = new ArrayList<>();
        if (!isJson(file)) {
            Submission.read(file, dataset)
                    .masks()
                    .forEach(
                            (id, masks) ->
                                    masks.forEach(
                                            mask -> predictions.add(Prediction.ofMask(id, mask))));
            return predictions;
        }
        Map<String, ImageRecord> images = dataset.imagesById();
        for (Prediction prediction : CocoResults.read(file).predictions()) {
            ImageRecord image = images.get(prediction.imageId());
            if (image != null) {
                requireSize(file, image, prediction.mask());
                predictions.add(prediction);
            }
        }
        return predictions;
    }

    private static void requireSize(Path file, ImageRecord image, Rle mask) {
        if (mask != null && (mask.height() != image.height() || mask.width() != image.width())) {
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
    }

    private static void requireKnown(Path file, boolean noneKnown, Set<String> unknown) {
        if (noneKnown && !unknown.isEmpty()) {
            throw new SomaException(
                    file
                            + ": image ids: expected some of the data set's, got none of them (the"
                            + " first: "
                            + unknown.iterator().next()
                            + ")");
        }
    }

    /**
     * Whether a file of predictions is JSON, as {@code results.json} is, and not a table.
     *
     * @throws SomaException when it can't be read
     */
    public static boolean isJson(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String head = new String(in.readNBytes(64), StandardCharsets.UTF_8);
            String start = head.replace("\ufeff", "").stripLeading();
            return start.startsWith("[") || start.startsWith("{");
        } catch (IOException e) {
            if (!Files.exists(file)) {
                throw new SomaException(file + ": file: expected one to read, got none there", e);
            }
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
    }
}
