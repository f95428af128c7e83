package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Transforms one after the other; each takes the size that the one before makes.
 *
 * @param transforms at least one, in order of application
 */
public record TransformList(List<Transform> transforms) implements Transform {
    /** Checks that the sizes fit together. */
    public TransformList {
        transforms = List.copyOf(transforms);
        if (transforms.isEmpty()) {
            throw new IllegalArgumentException("TransformList: expected at least one transform");
        }
        for (int i = 1; i < transforms.size(); i++) {
            SizeCheck.require(
                    "TransformList",
                    transforms.get(i - 1).outputSize(),
                    transforms.get(i).inputSize());
        }
    }

    /**
     * Draws a transform from each augmentation in turn, for an image of {@code size}.
     *
     * @param augmentations in order; none gives the identity
     */
    public static TransformList draw(
            List<Augmentation> augmentations, ImageSize size, RandomGenerator random) {
        List<Transform> drawn = new ArrayList<>();
        ImageSize current = size;
        for (Augmentation augmentation : augmentations) {
            Transform transform = augmentation.draw(current, random);
            drawn.add(transform);
            current = transform.outputSize();
        }
        if (drawn.isEmpty()) {
            drawn.add(new Identity(size));
        }
        return new TransformList(drawn);
    }

    @Override
    public ImageSize inputSize() {
        return transforms.getFirst().inputSize();
    }

    @Override
    public ImageSize outputSize() {
        return transforms.getLast().outputSize();
    }

    @Override
    public Image8 applyImage(Image8 image) {
        Image8 result = image;
        for (Transform transform : transforms) {
            result = transform.applyImage(result);
        }
        return result;
    }

    @Override
    public Rle applyMask(Rle mask) {
        Rle result = mask;
        for (Transform transform : transforms) {
            result = transform.applyMask(result);
        }
        return result;
    }

    @Override
    public double[] applyPoints(double[] points) {
        double[] result = points;
        for (Transform transform : transforms) {
            result = transform.applyPoints(result);
        }
        return result;
    }

    @Override
    public double[] applyBoxes(double[] boxes) {
        double[] result = boxes;
        for (Transform transform : transforms) {
            result = transform.applyBoxes(result);
        }
        return result;
    }

    @Override
    public TransformList inverse() {
        List<Transform> inverses = new ArrayList<>();
        for (Transform transform : transforms.reversed()) {
            inverses.add(transform.inverse());
        }
        return new TransformList(inverses);
    }
}
