package soma.maskrcnn.boxes;

import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Compare;

/** Operations on box tensors [n,4] of x1, y1, x2, y2 in pixels, without any "+1". */
public final class Boxes {
    private Boxes() {}

    /** Clips to an image: x to [0, width], y to [0, height]. */
    public static Tensor clip(Tensor boxes, double height, double width) {
        Tensor limit =
                Tensor.of(
                        new float[] {(float) width, (float) height, (float) width, (float) height},
                        4);
        return boxes.max(0).min(limit);
    }

    /** INT32 positions of boxes whose sides are both longer than {@code minSize}. */
    public static Tensor larger(Tensor boxes, double minSize) {
        return shorterSide(boxes).compare(Compare.GT, minSize).nonZero();
    }

    private static Tensor shorterSide(Tensor boxes) {
        return boxes.slice(1, 2, 4).sub(boxes.slice(1, 0, 2)).min(false, 1);
    }

    /** {@code (x2 - x1) * (y2 - y1)} [n]. */
    public static Tensor area(Tensor boxes) {
        Tensor sides = boxes.slice(1, 2, 4).sub(boxes.slice(1, 0, 2));
        return sides.slice(1, 0, 1).mul(sides.slice(1, 1, 2)).reshape(boxes.dim(0));
    }
}
