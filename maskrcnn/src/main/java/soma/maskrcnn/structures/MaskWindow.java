package soma.maskrcnn.structures;

/**
 * What of a pasted mask lies inside the image; outside it is 0.
 *
 * @param bounds columns and rows of the image
 * @param values row-major, one for each pixel of {@code bounds}
 */
public record MaskWindow(MaskBounds bounds, float[] values) {
    /** 1 where a mask is set, 0 elsewhere, within the mask's bounds. */
    public static MaskWindow of(Rle mask) {
        MaskBounds bounds = mask.bounds();
        byte[] bits = mask.decodeWindow(bounds.x0(), bounds.y0(), bounds.height(), bounds.width());
        float[] values = new float[bits.length];
        for (int i = 0; i < bits.length; i++) {
            values[i] = bits[i];
        }
        return new MaskWindow(bounds, values);
    }
}
