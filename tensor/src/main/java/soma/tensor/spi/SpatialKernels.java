package soma.tensor.spi;

/** Pooling and resampling of contiguous NHWC maps. */
public interface SpatialKernels {
    /**
     * Max-pooling; padding counts as minus infinity.
     *
     * @param g window, stride and padding, with {@code ci == co}
     * @param indices INT32 of the output's shape: position {@code y * w + x} of each maximum (the
     *     first in row order)
     */
    void maxPool(ConvGeometry g, View x, View out, View indices);

    /** Adds each gradient to where its maximum was; {@code gradX} is overwritten. */
    void maxPoolBackward(ConvGeometry g, View gradOut, View indices, View gradX);

    /**
     * Nearest neighbour, source {@code floor(i * in / out)}, as torch's {@code
     * interpolate(mode="nearest")}.
     */
    void nearest(View x, View out);

    /** Sums the gradients of all pixels that came from one. */
    void nearestBackward(View gradOut, View gradX);

    /**
     * Two-tap bilinear, {@code align_corners=False}, no antialias (torch's {@code interpolate}).
     */
    void bilinear(View x, View out);

    /** The transpose of {@link #bilinear}. */
    void bilinearBackward(View gradOut, View gradX);
}
