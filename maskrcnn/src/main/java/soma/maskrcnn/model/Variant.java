package soma.maskrcnn.model;

import soma.maskrcnn.augment.Resize;
import soma.maskrcnn.augment.ResizeShortestEdge;
import soma.maskrcnn.augment.Transform;
import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.config.TestConfig;
import soma.maskrcnn.image.ImageSize;
import soma.tensor.Images;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * One way of looking at an image.
 *
 * @param image as the network takes it, UINT8 [h,w,3]
 * @param transform from the file's image to it
 * @param symmetry how it lies
 */
record Variant(Tensor image, TransformList transform, Symmetry symmetry) {
    /**
     * All variants that a config asks for: of each size every symmetry; in the current scope.
     *
     * @param size of the file's image
     * @param prepared the image as {@link Detector#prepare} gives it
     */
    static List<Variant> all(
            ImageSize size, Tensor prepared, TestConfig.Augmentation augmentation) {
        ImageSize preparedSize = new ImageSize(prepared.dim(0), prepared.dim(1));
        Resize toPrepared = new Resize(size, preparedSize);
        List<Variant> variants = new ArrayList<>();
        for (int edge : augmentation.minSizes()) {
            ImageSize target =
                    edge == 0
                            ? preparedSize
                            : ResizeShortestEdge.outputSize(
                                    preparedSize, edge, augmentation.maxSize());
            Resize resize = new Resize(preparedSize, target);
            Tensor resized = Images.resize(prepared, target.height(), target.width());
            for (Symmetry symmetry : Symmetry.of(augmentation)) {
                variants.add(
                        new Variant(
                                symmetry.apply(resized),
                                new TransformList(List.of(toPrepared, resize, symmetry.of(target))),
                                symmetry));
            }
        }
        return variants;
    }

    /** Boxes [n,4] of the file's image, on this variant. */
    Tensor onVariant(Tensor boxes) {
        return Tensor.of(map(boxes, transform), boxes.dim(0), 4);
    }

    /** Boxes [n,4] of this variant, on the file's image: x1, y1, x2, y2 of each. */
    float[] onFile(Tensor boxes) {
        return map(boxes, transform.inverse());
    }

    private static float[] map(Tensor boxes, Transform transform) {
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
        return to;
    }
}
