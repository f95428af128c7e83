package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Arrays;
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

    /** Cuts after every step, so that nothing that was cut off comes back. */
    @Override
    public Polygons applyPolygons(Polygons polygons) {
        Polygons result = polygons;
        for (Transform transform : transforms) {
            result = transform.applyPolygons(result);
        }
        return result;
    }

    /**
     * Returns the part of a mask's pixels whose centres stay inside the image through all steps, 0
     * to 1: 1 unless a crop or a rotation cuts the object.
     *
     * @param mask of {@link #inputSize}, not empty
     */
    public double visiblePart(Rle mask) {
        SizeCheck.require("TransformList", inputSize(), mask);
        double[] points = centers(mask);
        for (Transform transform : transforms) {
            points = inside(transform.applyPoints(points), transform.outputSize());
        }
        return points.length / 2.0 / mask.area();
    }

    private static double[] centers(Rle mask) {
        double[] points = new double[2 * mask.area()];
        int[] length = {0};
        mask.forEachColumnRun(
                (x, top, bottom) -> {
                    for (int y = top; y < bottom; y++) {
                        points[length[0]++] = x + 0.5;
                        points[length[0]++] = y + 0.5;
                    }
                });
        return points;
    }

    private static double[] inside(double[] points, ImageSize size) {
        int n = 0;
        for (int i = 0; i < points.length; i += 2) {
            double x = points[i];
            double y = points[i + 1];
            if (x >= 0 && x < size.width() && y >= 0 && y < size.height()) {
                points[n++] = x;
                points[n++] = y;
            }
        }
        return Arrays.copyOf(points, n);
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
