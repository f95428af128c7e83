package soma.maskrcnn.boxes;

import soma.tensor.Tensor;

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
    /** Largest logarithm of a size ratio when decoding, so that exp can't overflow. */
    public static final double SCALE_CLAMP = Math.log(1000.0 / 16);

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
        Tensor sw = width(source);
        Tensor sh = height(source);
        Tensor tw = width(target);
        Tensor th = height(target);
        Tensor dx = centre(target, 0, tw).sub(centre(source, 0, sw)).mul(wx).div(sw);
        Tensor dy = centre(target, 1, th).sub(centre(source, 1, sh)).mul(wy).div(sh);
        return Tensor.concat(1, dx, dy, tw.div(sw).log().mul(ww), th.div(sh).log().mul(wh));
    }

    /**
     * Applies deltas to boxes.
     *
     * @param deltas [..., 4]
     * @param boxes [..., 4], of the same shape or broadcasting to it
     * @return of the shape of {@code deltas}
     */
    public Tensor decode(Tensor deltas, Tensor boxes) {
        Tensor w = width(boxes);
        Tensor h = height(boxes);
        Tensor cx = column(deltas, 0).div(wx).mul(w).add(centre(boxes, 0, w));
        Tensor cy = column(deltas, 1).div(wy).mul(h).add(centre(boxes, 1, h));
        Tensor halfW = column(deltas, 2).div(ww).min(SCALE_CLAMP).exp().mul(w).mul(0.5);
        Tensor halfH = column(deltas, 3).div(wh).min(SCALE_CLAMP).exp().mul(h).mul(0.5);
        return Tensor.concat(-1, cx.sub(halfW), cy.sub(halfH), cx.add(halfW), cy.add(halfH));
    }

    private static Tensor column(Tensor boxes, int i) {
        return boxes.slice(-1, i, i + 1);
    }

    private static Tensor width(Tensor boxes) {
        return column(boxes, 2).sub(column(boxes, 0));
    }

    private static Tensor height(Tensor boxes) {
        return column(boxes, 3).sub(column(boxes, 1));
    }

    private static Tensor centre(Tensor boxes, int axis, Tensor extent) {
        return column(boxes, axis).add(extent.mul(0.5));
    }
}
