package soma.maskrcnn.ensemble;

import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.ShapeException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Fuses what several models found in one image: their boxes, divided by the image's width and
 * height, as {@code ensemble_boxes} does; then the masks of the boxes that became one.
 *
 * @param config what {@code SOMA.ENSEMBLE} says
 * @param settings the rest of it
 */
public record Ensemble(EnsembleConfig config, FusionSettings settings) {
    /**
     * The objects of all models together, by descending score. Those of a single model come back as
     * they are, unless {@code SOMA.ENSEMBLE.SINGLE} is set.
     *
     * <p>A box that stays alone keeps its coordinates and its mask; scores are those of {@code
     * ensemble_boxes}, but no more than 1.
     *
     * @param models what each found in the same image; at least one
     * @throws ShapeException when the images differ in size, or weights are not one per model
     */
    public Instances fuse(List<Instances> models) {
        Instances first = models.getFirst();
        requireOneSize(models);
        if (models.size() == 1 && !config.single()) {
            return first;
        }
        double[] weights =
                config.weights().isEmpty()
                        ? null
                        : config.weights().stream().mapToDouble(Double::doubleValue).toArray();
        FusedBoxes fused = boxes(models, weights);
        Members all = Members.of(models, weights);
        int[] order = descending(fused.scores());
        float[] boxes = new float[4 * order.length];
        float[] scores = new float[order.length];
        int[] classes = new int[order.length];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < order.length; i++) {
            int[] members = fused.members()[order[i]];
            float[] box =
                    averages() && members.length > 1
                            ? pixels(fused.boxes()[order[i]], first)
                            : all.box(members[0]);
            System.arraycopy(box, 0, boxes, 4 * i, 4);
            scores[i] = (float) Math.min(1, fused.scores()[order[i]]);
            classes[i] = fused.labels()[order[i]];
            masks.add(MaskFusion.of(all, members, config.masks()));
        }
        return new Instances(first.height(), first.width(), boxes, scores, classes, masks);
    }

    private static void requireOneSize(List<Instances> models) {
        Instances first = models.getFirst();
        for (Instances m : models) {
            if (m.height() != first.height() || m.width() != first.width()) {
                throw ShapeException.of(
                        "ensemble",
                        "image",
                        first.height() + " x " + first.width() + " for all models",
                        m.height() + " x " + m.width());
            }
        }
    }

    private boolean averages() {
        return switch (config.method()) {
            case NMS, SOFT_NMS -> false;
            case WBF, NMW -> true;
        };
    }

    private FusedBoxes boxes(List<Instances> models, double[] weights) {
        List<ModelBoxes> boxes = models.stream().map(Ensemble::relative).toList();
        return switch (config.method()) {
            case NMS -> BoxSuppression.nms(boxes, weights, config.iou());
            case SOFT_NMS ->
                    BoxSuppression.soft(
                            boxes,
                            weights,
                            settings.decay(),
                            config.iou(),
                            settings.sigma(),
                            settings.thresh());
            case WBF ->
                    BoxFusion.weighted(
                            boxes,
                            weights,
                            config.iou(),
                            settings.skipBoxThr(),
                            settings.confType(),
                            settings.allowsOverflow());
            case NMW ->
                    BoxFusion.nonMaximumWeighted(
                            boxes, weights, config.iou(), settings.skipBoxThr());
        };
    }

    private static ModelBoxes relative(Instances found) {
        double[] size = {found.width(), found.height(), found.width(), found.height()};
        double[][] boxes = new double[found.size()][4];
        double[] scores = new double[found.size()];
        for (int i = 0; i < boxes.length; i++) {
            for (int k = 0; k < 4; k++) {
                boxes[i][k] = found.boxes()[4 * i + k] / size[k];
            }
            scores[i] = found.scores()[i];
        }
        return new ModelBoxes(boxes, scores, found.classes());
    }

    private static float[] pixels(double[] box, Instances image) {
        return new float[] {
            (float) (box[0] * image.width()),
            (float) (box[1] * image.height()),
            (float) (box[2] * image.width()),
            (float) (box[3] * image.height())
        };
    }

    /** Among equal scores, the order of the fusion stays. */
    private static int[] descending(double[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
