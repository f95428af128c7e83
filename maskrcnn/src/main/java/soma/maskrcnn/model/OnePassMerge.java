package soma.maskrcnn.model;

import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.config.TestConfig;
import soma.maskrcnn.ensemble.BoxFusion;
import soma.maskrcnn.ensemble.FusedBoxes;
import soma.maskrcnn.ensemble.ModelBoxes;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Merging of whole detections, boxes with masks: each variant goes through the network once and
 * alone, so that a variant finds what the plain detector finds on its image.
 *
 * <ul>
 *   <li>NMS: the boxes of all variants, each with its own score, go through one non-maximum
 *       suppression; a box that stays has the mask of its own variant.
 *   <li>WBF: each variant is a model of a weighted boxes fusion ({@code ensemble_boxes} with its
 *       defaults); the mask of a fused box is the mean of its members' probabilities, laid onto it
 *       and weighted by their scores as the box is. A box of one member keeps its box and mask.
 *       Fused scores must pass the model's threshold again, as disagreement lowers them.
 * </ul>
 */
final class OnePassMerge implements VariantMerge {
    private final MaskRcnn model;
    private final RoiHeadsConfig heads;
    private final TestConfig.Merge method;
    private final double iou;

    /**
     * Merging by NMS or WBF.
     *
     * @param iou boxes of a class that overlap by more are one object
     */
    OnePassMerge(MaskRcnn model, RoiHeadsConfig heads, TestConfig.Merge method, double iou) {
        this.model = model;
        this.heads = heads;
        this.method = method;
        this.iou = iou;
    }

    @Override
    public List<List<Variant>> batches(List<Variant> variants) {
        return variants.stream().map(List::of).toList();
    }

    @Override
    public Detections merge(List<Variant> variants, int height, int width) {
        List<Detections> found = new ArrayList<>();
        for (Variant variant : variants) {
            found.add(detect(variant, height, width));
        }
        return method == TestConfig.Merge.WBF ? fused(found) : suppressed(found);
    }

    /** What one variant shows, where it lies on the file's image. */
    private Detections detect(Variant variant, int height, int width) {
        try (Scope scope = Scope.open("variant")) {
            Detections d =
                    model.detect(model.batchOf(List.of(variant.image())), Trace.NONE).getFirst();
            Tensor boxes = Tensor.of(variant.onFile(d.boxes()), d.size(), 4);
            int side = d.masks().dim(1);
            float[] masks = variant.symmetry().undo(d.masks().toFloats(), side);
            Detections out =
                    new Detections(
                            Boxes.clip(boxes, height, width),
                            d.scores(),
                            d.classes(),
                            Tensor.of(masks, d.size(), side, side),
                            height,
                            width);
            out.promoteTo(scope);
            return out;
        }
    }

    private Detections suppressed(List<Detections> found) {
        Tensor boxes = concat(found.stream().map(Detections::boxes).toList());
        Tensor scores = concat(found.stream().map(Detections::scores).toList());
        Tensor classes = concat(found.stream().map(Detections::classes).toList());
        Tensor masks = concat(found.stream().map(Detections::masks).toList());
        Tensor keep = Vision.nms(boxes, scores, classes, iou);
        keep = keep.slice(0, 0, limited(keep.dim(0)));
        return new Detections(
                boxes.indexSelect(keep),
                scores.indexSelect(keep),
                classes.indexSelect(keep),
                masks.indexSelect(keep),
                found.getFirst().height(),
                found.getFirst().width());
    }

    private static Tensor concat(List<Tensor> parts) {
        return Tensor.concat(0, parts.toArray(Tensor[]::new));
    }

    private int limited(int n) {
        int limit = heads.detectionsPerImage();
        return limit >= 0 ? Math.min(n, limit) : n;
    }

    private Detections fused(List<Detections> found) {
        int height = found.getFirst().height();
        int width = found.getFirst().width();
        int side = found.getFirst().masks().dim(1);
        float[] boxes = concat(found.stream().map(Detections::boxes).toList()).toFloats();
        float[] scores = concat(found.stream().map(Detections::scores).toList()).toFloats();
        float[] masks = concat(found.stream().map(Detections::masks).toList()).toFloats();
        MaskGrids grids = new MaskGrids(boxes, masks, side);
        List<ModelBoxes> models = found.stream().map(OnePassMerge::modelBoxes).toList();
        FusedBoxes fusion =
                BoxFusion.weighted(models, null, iou, 0, BoxFusion.Confidence.AVG, false);
        int n = limited(fusion.size());
        while (n > 0 && fusion.scores()[n - 1] <= heads.scoreThreshold()) {
            n--; // by descending score
        }
        float[] newBoxes = new float[4 * n];
        float[] newScores = new float[n];
        float[] newMasks = new float[n * side * side];
        for (int i = 0; i < n; i++) {
            int[] members = fusion.members()[i];
            float[] box = Arrays.copyOfRange(boxes, 4 * members[0], 4 * members[0] + 4);
            if (members.length > 1) {
                for (int k = 0; k < 4; k++) {
                    box[k] = (float) (fusion.boxes()[i][k] * (k % 2 == 0 ? width : height));
                }
            }
            System.arraycopy(box, 0, newBoxes, 4 * i, 4);
            newScores[i] = (float) fusion.scores()[i];
            float[] mask =
                    members.length > 1 ? grids.average(members, scores, box) : grids.of(members[0]);
            System.arraycopy(mask, 0, newMasks, i * mask.length, mask.length);
        }
        int[] classes = Arrays.copyOf(fusion.labels(), n);
        return new Detections(
                Tensor.of(newBoxes, n, 4),
                Tensor.of(newScores, n),
                Tensor.of(classes, n),
                Tensor.of(newMasks, n, side, side),
                height,
                width);
    }

    private static ModelBoxes modelBoxes(Detections d) {
        float[] from = d.boxes().toFloats();
        float[] fromScores = d.scores().toFloats();
        double[][] boxes = new double[d.size()][4];
        double[] scores = new double[d.size()];
        for (int i = 0; i < boxes.length; i++) {
            for (int k = 0; k < 4; k++) {
                boxes[i][k] = (double) from[4 * i + k] / (k % 2 == 0 ? d.width() : d.height());
            }
            scores[i] = fromScores[i];
        }
        return new ModelBoxes(boxes, scores, d.classes().toInts());
    }
}
