package soma.tensor.spi;

/** Kernels of images as they are read: UINT8 rows of pixels, channels innermost; contiguous. */
public interface ImageKernels {
    /**
     * Normalises an image, {@code (pixel - mean) / std} in float32, and pads it with zeros on the
     * right and bottom.
     *
     * @param pixels UINT8 [h,w,c]
     * @param statistics FLOAT32 [2,c]: mean and std of each channel
     * @param out FLOAT32 [H,W,c], H and W at least h and w
     */
    void normalisePad(View pixels, View statistics, View out);

    /**
     * Resizes the middle axis, exactly: each target is the sum of its taps' sources times their
     * weights, rounded to the nearest (half up), at most 255.
     *
     * @param pixels UINT8 [outer,from,inner]
     * @param taps INT32 [to,k], a row of {@link PillowTaps} for each target
     * @param out UINT8 [outer,to,inner]
     */
    void resample(View pixels, View taps, View out);

    /**
     * Lays pixels in another order.
     *
     * @param pixels UINT8 [h,w,c]
     * @param order of as many pixels
     * @param out UINT8 [order.height,order.width,c]
     */
    void reorder(View pixels, PixelOrder order, View out);

    /**
     * Blends all bytes with their mean or with black: {@code (1 - weight) * mean + weight * byte},
     * as fvcore's {@code BlendTransform} and numpy compute it. The product with the byte is rounded
     * to float32, everything else to float64; the sum is limited to 0 to 255 and cut off.
     *
     * @param pixels UINT8
     * @param sum FLOAT64 [1]: sum of all bytes; null: black
     * @param out UINT8 of the same shape
     */
    void blend(View pixels, View sum, double weight, View out);

    /**
     * Blends pixels with their gray value, {@code 0.299 * red + 0.587 * green + 0.114 * blue} in
     * float64, in the manner of {@link #blend}.
     *
     * @param pixels UINT8 [h,w,3]: blue, green, red
     * @param out UINT8 [h,w,3]
     */
    void blendGray(View pixels, double weight, View out);
}
