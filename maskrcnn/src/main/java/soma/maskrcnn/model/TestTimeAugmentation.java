package soma.maskrcnn.model;

import soma.maskrcnn.augment.HorizontalFlip;
import soma.maskrcnn.augment.Resize;
import soma.maskrcnn.augment.ResizeShortestEdge;
import soma.maskrcnn.augment.Transform;
import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;
import soma.maskrcnn.config.TestConfig;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.maskrcnn.structures.Instances;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.autograd.Autograd;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.ArrayList;
import java.util.List;

/**
 * Detection on resized and mirrored variants of an image, merged as detectron2's {@code
 * GeneralizedRCNNWithTTA} does: the boxes of all variants go through one more non-maximum
 * suppression; then each variant predicts the masks of the merged boxes, and their probabilities
 * are averaged.
 *
 * <p>Variants are made from the image as {@link Detector#prepare} gives it, so an image may be
 * resampled twice, and are computed three at a time, padded to one size, as detectron2 does: that
 * padding is visible to the network at the border.
 */
public final class TestTimeAugmentation {
    private static final int BATCH = 3;

    /** Merged detections need a greater score. */
    private static final double SCORE_THRESHOLD = 1e-8;

    private final MaskRcnn model;
    private final Detector detector;
    private final TestConfig.Augmentation augmentation;
    private final RoiHeadsConfig heads;
    private final Device device;

    /**
     * Augmentation around a detector's model.
     *
     * @throws soma.tensor.SomaException if {@code SOMA.TTA.MERGE} names another way of merging
     */
    public TestTimeAugmentation(MaskRcnn model, Detector detector, Config config, Device device) {
        this.model = model;
        this.detector = detector;
        this.augmentation = TestConfig.from(config).augmentation();
        this.heads = RoiHeadsConfig.from(config);
        this.device = device;
        if (Flavour.isTorchvision(config)) {
            throw config.invalid(
                    "TEST.AUG.ENABLED", "false with SOMA.FLAVOUR=torchvision, which has none");
        }
        if (augmentation.merge() != TestConfig.Merge.DETECTRON2) {
            throw config.invalid(
                    "SOMA.TTA.MERGE", "detectron2 (the others are not supported in this version)");
        }
    }

    /**
     * One way of looking at the image.
     *
     * @param image as the network takes it
     * @param transform from the file's image to it
     */
    private record Variant(Image8 image, TransformList transform, boolean flipped) {}

    /**
     * Finds the objects of one image.
     *
     * @param image B, G, R
     */
    public Instances detect(Image8 image) {
        List<Variant> variants = variants(image);
        try (Scope _ = Scope.open("test-time augmentation", device);
                var _ = Autograd.noGrad()) {
            Detections merged = merge(variants, image.height(), image.width());
            if (merged.size() == 0) {
                return Instances.none(image.height(), image.width());
            }
            Detections masked = merged.withMasks(averagedMasks(variants, merged));
            return masked.postprocess(image.height(), image.width(), Detector.MASK_THRESHOLD);
        }
    }

    private List<Variant> variants(Image8 image) {
        Image8 prepared = detector.prepare(image);
        ImageSize size = new ImageSize(prepared.height(), prepared.width());
        Resize toPrepared = new Resize(new ImageSize(image.height(), image.width()), size);
        List<Variant> variants = new ArrayList<>();
        for (int edge : augmentation.minSizes()) {
            ImageSize target = ResizeShortestEdge.outputSize(size, edge, augmentation.maxSize());
            Resize resize = new Resize(size, target);
            Image8 resized = resize.applyImage(prepared);
            variants.add(
                    new Variant(resized, new TransformList(List.of(toPrepared, resize)), false));
            if (augmentation.flip()) {
                Transform flip = new HorizontalFlip(target);
                TransformList all = new TransformList(List.of(toPrepared, resize, flip));
                variants.add(new Variant(flip.applyImage(resized), all, true));
            }
        }
        return variants;
    }

    private static List<List<Variant>> batches(List<Variant> variants) {
        List<List<Variant>> out = new ArrayList<>();
        for (int from = 0; from < variants.size(); from += BATCH) {
            out.add(variants.subList(from, Math.min(variants.size(), from + BATCH)));
        }
        return out;
    }

    private ImageBatch batch(List<Variant> variants) {
        return model.batch(variants.stream().map(Variant::image).toList());
    }

    private Detections merge(List<Variant> variants, int height, int width) {
        List<Tensor> boxes = new ArrayList<>();
        List<Tensor> scores = new ArrayList<>();
        List<Tensor> classes = new ArrayList<>();
        for (List<Variant> some : batches(variants)) {
            try (Scope scope = Scope.open("variants")) {
                List<Detections> found = model.detectBoxes(batch(some));
                for (int i = 0; i < some.size(); i++) {
                    Detections d = found.get(i);
                    boxes.add(scope.promote(map(d.boxes(), some.get(i).transform.inverse())));
                    scores.add(scope.promote(d.scores()));
                    classes.add(scope.promote(d.classes()));
                }
            }
        }
        Tensor allScores = Tensor.concat(0, scores.toArray(Tensor[]::new));
        Tensor above = allScores.compare(Compare.GT, SCORE_THRESHOLD).nonZero();
        Tensor candidates =
                Boxes.clip(Tensor.concat(0, boxes.toArray(Tensor[]::new)), height, width)
                        .indexSelect(above);
        Tensor candidateScores = allScores.indexSelect(above);
        Tensor candidateClasses =
                Tensor.concat(0, classes.toArray(Tensor[]::new)).indexSelect(above);
        Tensor keep =
                Vision.nms(candidates, candidateScores, candidateClasses, heads.nmsThreshold());
        int limit = heads.detectionsPerImage();
        if (limit >= 0 && keep.dim(0) > limit) {
            keep = keep.slice(0, 0, limit);
        }
        return new Detections(
                candidates.indexSelect(keep),
                candidateScores.indexSelect(keep),
                candidateClasses.indexSelect(keep),
                null,
                height,
                width);
    }

    private static Tensor map(Tensor boxes, Transform transform) {
        float[] from = boxes.toFloats();
        double[] coordinates = new double[from.length];
        for (int i = 0; i < from.length; i++) {
            coordinates[i] = from[i];
        }
        double[] mapped = transform.applyBoxes(coordinates);
        float[] to = new float[mapped.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = (float) mapped[i];
        }
        return Tensor.of(to, to.length / 4, 4);
    }

    /** [d,M,M]: the mean of the variants' probabilities, mirrored back where need be. */
    private Tensor averagedMasks(List<Variant> variants, Detections merged) {
        float[] sum = null;
        int[] dims = null;
        for (List<Variant> some : batches(variants)) {
            try (Scope _ = Scope.open("variants")) {
                List<Detections> given = new ArrayList<>();
                for (Variant v : some) {
                    given.add(
                            new Detections(
                                    map(merged.boxes(), v.transform),
                                    merged.scores(),
                                    merged.classes(),
                                    null,
                                    v.image.height(),
                                    v.image.width()));
                }
                List<Detections> masked = model.predictMasks(batch(some), given);
                for (int i = 0; i < some.size(); i++) {
                    Tensor masks = masked.get(i).masks();
                    dims = masks.shape().dims();
                    float[] values = masks.toFloats();
                    sum = sum == null ? new float[values.length] : sum;
                    add(values, dims[2], some.get(i).flipped, sum);
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= variants.size();
        }
        return Tensor.of(sum, dims);
    }

    private static void add(float[] rows, int width, boolean mirrored, float[] sum) {
        for (int row = 0; row < rows.length; row += width) {
            for (int x = 0; x < width; x++) {
                sum[row + x] += rows[row + (mirrored ? width - 1 - x : x)];
            }
        }
    }
}
