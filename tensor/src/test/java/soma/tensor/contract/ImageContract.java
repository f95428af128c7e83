package soma.tensor.contract;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.Images;
import soma.tensor.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Kernels of images against the reference. */
abstract class ImageContract extends DeviceContract {
    private static Tensor image(long seed, int h, int w, int c) {
        byte[] pixels = new byte[h * w * c];
        new Random(seed).nextBytes(pixels);
        return Tensor.of(DType.UINT8, pixels, h, w, c);
    }

    private static Tensor batch(int height, int width, int c, int[]... sizes) {
        double[] mean = new double[c];
        double[] std = new double[c];
        Arrays.setAll(mean, k -> 103.53 + 7 * k);
        Arrays.setAll(std, k -> 57.375 - 3 * k);
        List<Tensor> images =
                Arrays.stream(sizes).map(s -> image(s[0] + 31L * s[1], s[0], s[1], c)).toList();
        return Images.normalisePad(images, mean, std, height, width);
    }

    @Test
    void normalisesAndPads() {
        for (int c : new int[] {1, 3, 4}) {
            agree(0, () -> batch(32, 64, c, new int[] {31, 17}, new int[] {1, 64}));
            agree(0, () -> batch(7, 5, c, new int[] {7, 5}));
            agree(0, () -> batch(4, 4, c, new int[] {0, 3}));
            agree(0, () -> batch(0, 0, c, new int[] {0, 0}));
        }
        agree(0, () -> batch(BEYOND_GRID, 2, 1, new int[] {BEYOND_GRID - 2, 1}));
    }
}
