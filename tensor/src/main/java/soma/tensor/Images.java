package soma.tensor;

import java.util.List;

/** Images as they are read, UINT8 [h,w,c], on their way to the network; without gradients. */
public final class Images {
    private Images() {}

    /**
     * Normalises images, {@code (pixel - mean) / std} in float32, and pads them with zeros on the
     * right and bottom to a common size.
     *
     * @param images UINT8 [h,w,c] each, of up to {@code height} and {@code width}
     * @param mean of each of c channels
     * @param std of each of c channels
     * @return FLOAT32 [n,height,width,c]
     */
    public static Tensor normalisePad(
            List<Tensor> images, double[] mean, double[] std, int height, int width) {
        int c = mean.length;
        if (std.length != c) {
            throw ShapeException.of("normalisePad", "std", c + " channels", std.length);
        }
        float[] statistics = new float[2 * c];
        for (int k = 0; k < c; k++) {
            statistics[k] = (float) mean[k];
            statistics[c + k] = (float) std[k];
        }
        Tensor meanStd = Tensor.of(statistics, 2, c);
        int n = images.size();
        Tensor out = Tensor.empty("normalisePad", DType.FLOAT32, Shape.of(n, height, width, c));
        Tensor rows = out.reshape(n * height, width, c);
        for (int i = 0; i < n; i++) {
            Tensor image = images.get(i);
            OpChecks.rank("normalisePad", "image", image, 3);
            OpChecks.dtype("normalisePad", "image", image, DType.UINT8);
            OpChecks.shape("normalisePad", "image", image, image.dim(0), image.dim(1), c);
            if (image.dim(0) > height || image.dim(1) > width) {
                throw ShapeException.of(
                        "normalisePad", "image", "up to " + height + " x " + width, image.shape());
            }
            out.backend()
                    .images()
                    .normalisePad(
                            image.contiguous().view(),
                            meanStd.view(),
                            rows.slice(0, i * height, (i + 1) * height).view());
        }
        return out;
    }
}
