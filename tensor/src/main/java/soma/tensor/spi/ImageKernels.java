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
}
