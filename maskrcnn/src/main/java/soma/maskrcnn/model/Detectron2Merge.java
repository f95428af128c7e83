package soma.maskrcnn.model;

import soma.maskrcnn.boxes.Boxes;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.RoiHeadsConfig;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Merging as detectron2's {@code GeneralizedRCNNWithTTA} does it: the boxes of all variants go
 * through one more non-maximum suppression; then each variant predicts the masks of the merged
 * boxes, and their probabilities are averaged.
 *
 * <p>Variants are computed three at a time, padded to one size, as detectron2 does: that padding is
 * visible to the network at the border. The backbone's maps of the first pass serve the masks, too,
 * as far as {@link #KEPT_BYTES} go; those of the other variants are computed again, to the same
 * bits.
 */
final class Detectron2Merge implements VariantMerge {
    private static final int BATCH = 3;

    /** Enough for detectron2's 18 variants of an image of 520 x 704. */
    private static final long KEPT_BYTES = 2L << 30;

    /** Merged detections need a greater score. */
    private static final double SCORE_THRESHOLD = 1e-8;

    private final MaskRcnn model;
    private final RoiHeadsConfig heads;
    private final long keptBytes;

    Detectron2Merge(MaskRcnn model, RoiHeadsConfig heads) {
        this(model, heads, KEPT_BYTES);
    }

    /** Keeping so many bytes of maps. */
    Detectron2Merge(MaskRcnn model, RoiHeadsConfig heads, long keptBytes) {
        this.model = model;
        this.heads = heads;
        this.keptBytes = keptBytes;
    }

    /** Variants that are computed together. */
    private static final class Batch {
        final List<Variant> variants;

        /** Null: not kept. */
        Map<String, Tensor> maps;

        Batch(List<Variant> variants) {
            this.variants = variants;
        }
    }

    @Override
    public List<List<Variant>> batches(List<Variant> variants) {
        List<List<Variant>> batches = new ArrayList<>();
        for (int from = 0; from < variants.size(); from += BATCH) {
            int to = Math.min(variants.size(), from + BATCH);
            batches.add(variants.subList(from, to));
        }
        return batches;
    }

    @Override
    public Detections merge(List<Variant> variants, int height, int width) {
        List<Batch> batches = batches(variants).stream().map(Batch::new).toList();
        Detections boxes = boxes(batches, height, width);
        return boxes.size() == 0
                ? boxes
                : boxes.withMasks(averagedMasks(batches, boxes, variants.size()));
    }

    private ImageBatch images(Batch batch) {
        return model.batchOf(batch.variants.stream().map(Variant::image).toList());
    }

    private Detections boxes(List<Batch> batches, int height, int width) {
        List<Tensor> boxes = new ArrayList<>();
        List<Tensor> scores = new ArrayList<>();
        List<Tensor> classes = new ArrayList<>();
        long room = keptBytes;
        for (Batch batch : batches) {
            try (Scope scope = Scope.open("variants")) {
                ImageBatch images = images(batch);
                Map<String, Tensor> maps = model.features(images.pixels());
                List<Detections> found = model.detectBoxes(maps, images);
                for (int i = 0; i < found.size(); i++) {
                    Detections d = found.get(i);
                    float[] mapped = batch.variants.get(i).onFile(d.boxes());
                    boxes.add(scope.promote(Tensor.of(mapped, d.size(), 4)));
                    scores.add(scope.promote(d.scores()));
                    classes.add(scope.promote(d.classes()));
                }
                long bytes = bytes(maps.values());
                if (bytes <= room) {
                    room -= bytes;
                    maps.values().forEach(scope::promote);
                    batch.maps = maps;
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

    private static long bytes(Collection<Tensor> maps) {
        return maps.stream().mapToLong(map -> (long) map.size() * Float.BYTES).sum();
    }

    /** [d,M,M]: the mean of the variants' probabilities, laid back as the file's image lies. */
    private Tensor averagedMasks(List<Batch> batches, Detections merged, int variants) {
        float[] sum = null;
        int[] dims = null;
        for (Batch batch : batches) {
            try (Scope _ = Scope.open("variants")) {
                Map<String, Tensor> maps =
                        batch.maps == null ? model.features(images(batch).pixels()) : batch.maps;
                List<Detections> given =
                        batch.variants.stream().map(v -> onVariant(merged, v)).toList();
                List<Detections> masked = model.predictMasks(maps, given);
                for (int i = 0; i < masked.size(); i++) {
                    Tensor masks = masked.get(i).masks();
                    dims = masks.shape().dims();
                    Symmetry symmetry = batch.variants.get(i).symmetry();
                    float[] values = symmetry.undo(masks.toFloats(), dims[1]);
                    sum = sum == null ? new float[values.length] : sum;
                    for (int k = 0; k < sum.length; k++) {
                        sum[k] += values[k];
                    }
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= variants;
        }
        return Tensor.of(sum, dims);
    }

    private static Detections onVariant(Detections merged, Variant variant) {
        return new Detections(
                variant.onVariant(merged.boxes()),
                merged.scores(),
                merged.classes(),
                null,
                variant.image().dim(0),
                variant.image().dim(1));
    }
}
