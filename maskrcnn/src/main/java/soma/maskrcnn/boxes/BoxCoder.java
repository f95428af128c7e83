package soma.maskrcnn.boxes;

import soma.tensor.Tensor;
import soma.tensor.Vision;
import soma.tensor.spi.BoxKernels.Weights;

/**
 * The regression targets of boxes (R-CNN, Girshick et al. 2014; detectron2's {@code
 * Box2BoxTransform}): centre offsets relative to the source's size, and logarithms of size ratios,
 * each times a weight.
 *
 * @param wx weight of the x offset
 * @param wy weight of the y offset
 * @param ww weight of the width
 * @param wh weight of the height
 */
public record BoxCoder(double wx, double wy, double ww, double wh) {
    /** A coder with the four weights of a config entry. */
    public static BoxCoder of(double[] weights) {
        return new BoxCoder(weights[0], weights[1], weights[2], weights[3]);
    }

    /**
     * Deltas that turn {@code source} into {@code target}.
     *
     * @param source [n,4], of positive width and height
     * @param target [n,4]
     * @return [n,4]: dx, dy, dw, dh
     */
    public Tensor encode(Tensor source, Tensor target) {
        return Vision.encodeBoxes(weights(), source, target);
    }

    /**
     * Applies deltas to boxes.
     *
     * @param deltas [n,4], or [n,k,4] for k results of each box
     * @param boxes [n,4]
     * @return of the shape of {@code deltas}
     */
    public Tensor decode(Tensor deltas, Tensor boxes) {
        Tensor each = deltas.rank() == 3 ? deltas : deltas.reshape(deltas.dim(0), 1, 4);
        return Vision.decodeBoxes(weights(), each, boxes).reshape(deltas.shape().dims());
    }

    /** The four weights, as kernels take them. */
    public Weights weights() {
        return new Weights(wx, wy, ww, wh);
    }
}
