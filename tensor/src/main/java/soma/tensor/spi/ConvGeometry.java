package soma.tensor.spi;

import soma.tensor.ShapeException;

/** Sizes of a convolution or pooling over NHWC maps; weights are HWIO [kh, kw, ci / groups, co]. */
public record ConvGeometry(
        int n,
        int h,
        int w,
        int ci,
        int co,
        int kh,
        int kw,
        int strideH,
        int strideW,
        int padH,
        int padW,
        int dilationH,
        int dilationW,
        int groups) {

    /**
     * Checks that the sizes fit together.
     *
     * @throws ShapeException naming the field that does not
     */
    public ConvGeometry {
        require(n >= 0 && h >= 0 && w >= 0, "n, h, w", "not negative", n + ", " + h + ", " + w);
        require(kh > 0 && kw > 0, "kernel", "positive", kh + "x" + kw);
        require(strideH > 0 && strideW > 0, "stride", "positive", strideH + "x" + strideW);
        require(padH >= 0 && padW >= 0, "padding", "not negative", padH + "x" + padW);
        require(
                dilationH > 0 && dilationW > 0,
                "dilation",
                "positive",
                dilationH + "x" + dilationW);
        require(
                groups > 0 && ci % groups == 0 && co % groups == 0,
                "groups",
                "a divisor of " + ci + " input and " + co + " output channels",
                groups);
        require(
                outExtent(h, kh, strideH, padH, dilationH) >= 0
                        && outExtent(w, kw, strideW, padW, dilationW) >= 0,
                "input",
                "at least the kernel's extent",
                h + "x" + w);
    }

    private static void require(boolean ok, String field, String expected, Object actual) {
        if (!ok) {
            throw ShapeException.of("convolution", field, expected, actual);
        }
    }

    private static int outExtent(int in, int kernel, int stride, int pad, int dilation) {
        return Math.floorDiv(in + 2 * pad - dilation * (kernel - 1) - 1, stride) + 1;
    }

    /** Output height. */
    public int outH() {
        return outExtent(h, kh, strideH, padH, dilationH);
    }

    /** Output width. */
    public int outW() {
        return outExtent(w, kw, strideW, padW, dilationW);
    }
}
