package soma.maskrcnn.image;

import java.util.Arrays;

/**
 * Gaussian blur with the bytes of OpenCV's {@code GaussianBlur} for 8-bit images: weights and the
 * image between the passes in fixed point of 8 bits, borders mirrored without repeating the last
 * pixel.
 */
public final class GaussianBlur {
    private static final int ONE = 1 << 8;

    private GaussianBlur() {}

    /**
     * Blurs with a kernel of OpenCV's size for {@code sigma}: 6 sigma + 1, rounded, and odd.
     *
     * @param sigma standard deviation in pixels, above 0
     */
    public static Image8 apply(Image8 image, double sigma) {
        int[] kernel = kernel(sigma);
        if (kernel.length == 1 || image.pixels().length == 0) {
            return image;
        }
        int height = image.height();
        int width = image.width();
        int channels = image.channels();
        int rowLength = width * channels;
        int radius = kernel.length / 2;
        byte[] from = image.pixels();
        int[] padded = new int[rowLength + 2 * radius * channels];
        int[] rows = new int[height * rowLength];
        int[] sums = new int[rowLength];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width + 2 * radius; x++) {
                int i = y * rowLength + mirrored(x - radius, width) * channels;
                for (int c = 0; c < channels; c++) {
                    padded[x * channels + c] = from[i + c] & 0xff;
                }
            }
            Arrays.fill(sums, 0);
            for (int k = 0; k < kernel.length; k++) {
                add(padded, k * channels, kernel[k], sums);
            }
            System.arraycopy(sums, 0, rows, y * rowLength, rowLength);
        }
        byte[] to = new byte[from.length];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 1 << 15);
            for (int k = 0; k < kernel.length; k++) {
                add(rows, mirrored(y + k - radius, height) * rowLength, kernel[k], sums);
            }
            for (int i = 0; i < rowLength; i++) {
                to[y * rowLength + i] = (byte) (sums[i] >>> 16);
            }
        }
        return new Image8(height, width, channels, to);
    }

    private static void add(int[] from, int start, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weight * from[start + i];
        }
    }

    /** The weights as parts of 256, their sum 256; each rounding is made good by the next. */
    static int[] kernel(double sigma) {
        int size = (int) Math.rint(sigma * 6 + 1) | 1;
        double[] exact = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double x = i - size / 2;
            exact[i] = Math.exp(-0.5 * x * x / (sigma * sigma));
            sum += exact[i];
        }
        int[] weights = new int[size];
        double error = 0;
        int total = 0;
        for (int i = 0; i < size / 2; i++) {
            double wanted = exact[i] / sum * ONE + error;
            int weight = (int) Math.rint(wanted);
            error = wanted - weight;
            weights[i] = weight;
            weights[size - 1 - i] = weight;
            total += 2 * weight;
        }
        weights[size / 2] = ONE - total;
        return weights;
    }

    /** OpenCV's {@code BORDER_REFLECT_101}. */
    private static int mirrored(int i, int length) {
        if (length == 1) {
            return 0;
        }
        int period = 2 * (length - 1);
        int place = Math.floorMod(i, period);
        return Math.min(place, period - place);
    }
}
