package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;

/**
 * A geometric change of an image of a fixed size, and of all that lies on it.
 *
 * <p>Coordinates are continuous: an image of height H and width W spans {@code [0, W] x [0, H]}.
 * Arithmetic is in doubles, as detectron2's is. Immutable.
 */
public sealed interface Transform
        permits Resize,
                Crop,
                HorizontalFlip,
                VerticalFlip,
                Rotate90,
                Rotation,
                Identity,
                TransformList {
    /** Size of the images that this transform takes. */
    ImageSize inputSize();

    /** Size of the images that it makes. */
    ImageSize outputSize();

    /** Applies the transform to an image of {@link #inputSize}. */
    Image8 applyImage(Image8 image);

    /**
     * Applies the transform to a mask of {@link #inputSize} (nearest neighbour, as Pillow does).
     */
    Rle applyMask(Rle mask);

    /** Maps points {@code x0, y0, x1, y1, ...}; the result is a new array, not clipped. */
    double[] applyPoints(double[] points);

    /** The transform that maps points back; for a resize it can't bring lost pixels back. */
    Transform inverse();

    /** Maps the points of polygons; only what takes a part of the image cuts them. */
    default Polygons applyPolygons(Polygons polygons) {
        List<double[]> rings = new ArrayList<>();
        for (double[] ring : polygons.rings()) {
            rings.add(applyPoints(ring));
        }
        return Polygons.of(rings);
    }

    /**
     * Maps boxes {@code x1, y1, x2, y2, ...}: the smallest box around the four mapped corners. Not
     * clipped.
     */
    default double[] applyBoxes(double[] boxes) {
        if (boxes.length % 4 != 0) {
            throw new IllegalArgumentException(
                    "applyBoxes: expected 4 numbers a box, got " + boxes.length + " numbers");
        }
        double[] corners = new double[2 * boxes.length];
        for (int b = 0; b < boxes.length; b += 4) {
            for (int corner = 0; corner < 4; corner++) {
                corners[2 * (b + corner)] = boxes[b + 2 * (corner & 1)];
                corners[2 * (b + corner) + 1] = boxes[b + 1 + 2 * (corner >> 1)];
            }
        }
        double[] mapped = applyPoints(corners);
        double[] result = new double[boxes.length];
        for (int b = 0; b < boxes.length; b += 4) {
            for (int axis = 0; axis < 2; axis++) {
                double low = Double.POSITIVE_INFINITY;
                double high = Double.NEGATIVE_INFINITY;
                for (int corner = 0; corner < 4; corner++) {
                    double value = mapped[2 * (b + corner) + axis];
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
                result[b + axis] = low;
                result[b + 2 + axis] = high;
            }
        }
        return result;
    }

    /**
     * Maps boxes and clips them to the output image, in detectron2's order: at least 0, then at
     * most the size.
     */
    default double[] applyBoxesClipped(double[] boxes) {
        double[] mapped = applyBoxes(boxes);
        ImageSize size = outputSize();
        for (int i = 0; i < mapped.length; i++) {
            double limit = (i & 1) == 0 ? size.width() : size.height();
            mapped[i] = Math.min(Math.max(mapped[i], 0), limit);
        }
        return mapped;
    }

    /** Maps boxes of the output image back to the input image. */
    default double[] inverseBoxes(double[] boxes) {
        return inverse().applyBoxes(boxes);
    }
}
