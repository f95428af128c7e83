package soma.maskrcnn.model;

import soma.maskrcnn.roi.Detections;

import java.util.List;

/** From the variants of an image to its objects. */
sealed interface VariantMerge permits Detectron2Merge, OnePassMerge {
    /**
     * The variants in the batches in which they go through the network, padded to one size each.
     */
    List<List<Variant>> batches(List<Variant> variants);

    /**
     * Detects on every variant and merges what is found, in the caller's scope and without
     * gradient.
     *
     * @param height of the file's image
     * @param width likewise
     * @return in the coordinates of the file's image, with masks unless there is no object
     */
    Detections merge(List<Variant> variants, int height, int width);
}
