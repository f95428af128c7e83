package soma.maskrcnn.eval;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.structures.BoxOverlap;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** COCO's average precision and recall, all in double, the figures of pycocotools 2.0. */
public final class CocoEvaluator {
    private final Dataset dataset;
    private final IouType type;
    private final CocoSettings settings;

    private CocoEvaluator(Dataset dataset, IouType type, CocoSettings settings) {
        this.dataset = dataset;
        this.type = type;
        this.settings = settings;
    }

    /**
     * Evaluates detections; those of images or categories that {@code dataset} doesn't have take no
     * part. Equal scores are ranked in the order of the list.
     *
     * @throws SomaException when masks are compared and a detection has none, or one of another
     *     size than its image
     */
    public static CocoMetrics evaluate(
            Dataset dataset, List<Prediction> predictions, IouType type, CocoSettings settings) {
        return new CocoEvaluator(dataset, type, settings).evaluate(predictions);
    }

    private CocoMetrics evaluate(List<Prediction> predictions) {
        int classes = dataset.categories().size();
        int images = dataset.images().size();
        List<List<Prediction>> byCell = group(predictions, images, classes);
        CocoCell[] cells = new CocoCell[images * classes];
        IntStream.range(0, images)
                .parallel()
                .forEach(i -> evaluateImage(i, classes, byCell, cells));
        CocoCurves curves = CocoCurves.accumulate(cells, images, classes, settings.maxDets());
        return CocoMetrics.of(type, settings, dataset.classNames(), curves);
    }

    private List<List<Prediction>> group(List<Prediction> predictions, int images, int classes) {
        Map<String, Integer> imageIndices = HashMap.newHashMap(images);
        for (int i = 0; i < images; i++) {
            imageIndices.put(dataset.images().get(i).id(), i);
        }
        Map<Long, Integer> categoryIndices = dataset.categoryIndices();
        List<List<Prediction>> byCell = new ArrayList<>(images * classes);
        for (int i = 0; i < images * classes; i++) {
            byCell.add(new ArrayList<>(0));
        }
        for (Prediction prediction : predictions) {
            Integer image = imageIndices.get(prediction.imageId());
            Integer category = categoryIndices.get(prediction.categoryId());
            if (image != null && category != null) {
                byCell.get(image * classes + category).add(prediction);
            }
        }
        return byCell;
    }

    private void evaluateImage(
            int index, int classes, List<List<Prediction>> byCell, CocoCell[] cells) {
        ImageRecord image = dataset.images().get(index);
        List<List<Annotation>> truths = new ArrayList<>(classes);
        for (int c = 0; c < classes; c++) {
            truths.add(new ArrayList<>());
        }
        image.annotations().forEach(truth -> truths.get(truth.category()).add(truth));
        for (int c = 0; c < classes; c++) {
            List<Prediction> ranked = new ArrayList<>(byCell.get(index * classes + c));
            if (ranked.isEmpty() && truths.get(c).isEmpty()) {
                continue;
            }
            ranked.sort(Comparator.comparingDouble(Prediction::score).reversed());
            int limit = Math.min(ranked.size(), settings.maxDets()[2]);
            cells[index * classes + c] = cell(image, truths.get(c), ranked.subList(0, limit));
        }
    }

    private CocoCell cell(ImageRecord image, List<Annotation> truths, List<Prediction> ranked) {
        int n = ranked.size();
        double[] scores = new double[n];
        double[] areas = new double[n];
        for (int d = 0; d < n; d++) {
            scores[d] = ranked.get(d).score();
            areas[d] = area(image, ranked.get(d));
        }
        double[] truthAreas = new double[truths.size()];
        boolean[] crowd = new boolean[truths.size()];
        for (int g = 0; g < truths.size(); g++) {
            truthAreas[g] = truths.get(g).area();
            crowd[g] = truths.get(g).crowd();
        }
        double[] iou =
                type == IouType.BBOX
                        ? boxOverlaps(truths, ranked)
                        : maskOverlaps(image, truths, ranked);
        return CocoCell.match(scores, areas, truthAreas, crowd, iou);
    }

    private double area(ImageRecord image, Prediction prediction) {
        if (type == IouType.BBOX || (settings.boxAreas() && prediction.bbox() != null)) {
            double[] box = prediction.box();
            return box[2] * box[3];
        }
        return mask(image, prediction).area();
    }

    private static Rle mask(ImageRecord image, Prediction prediction) {
        Rle mask = prediction.mask();
        if (mask == null) {
            throw new SomaException(
                    "predictions: image "
                            + image.id()
                            + ": segmentation: expected a mask for each detection, got a box"
                            + " alone");
        }
        if (mask.height() != image.height() || mask.width() != image.width()) {
            throw new SomaException(
                    "predictions: image "
                            + image.id()
                            + ": segmentation: size: expected "
                            + image.height()
                            + "x"
                            + image.width()
                            + ", got "
                            + mask.height()
                            + "x"
                            + mask.width());
        }
        return mask;
    }

    private static double[] boxOverlaps(List<Annotation> truths, List<Prediction> ranked) {
        double[] iou = new double[ranked.size() * truths.size()];
        for (int d = 0; d < ranked.size(); d++) {
            double[] box = ranked.get(d).box();
            for (int g = 0; g < truths.size(); g++) {
                Annotation truth = truths.get(g);
                iou[d * truths.size() + g] = BoxOverlap.iou(box, truth.bbox(), truth.crowd());
            }
        }
        return iou;
    }

    private static double[] maskOverlaps(
            ImageRecord image, List<Annotation> truths, List<Prediction> ranked) {
        double[] iou = new double[ranked.size() * truths.size()];
        for (int g = 0; g < truths.size(); g++) {
            Annotation truth = truths.get(g);
            Rle truthMask = truth.segmentation().toRle(image.height(), image.width());
            for (int d = 0; d < ranked.size(); d++) {
                iou[d * truths.size() + g] =
                        mask(image, ranked.get(d)).iou(truthMask, truth.crowd());
            }
        }
        return iou;
    }
}
