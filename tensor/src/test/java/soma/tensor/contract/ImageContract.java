package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.Images;
import soma.tensor.Scope;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Kernels of images against the reference. */
abstract class ImageContract extends DeviceContract {
    /** Height and width of more than threads of a CPU take at a time; parts begin within rows. */
    private static final int[] LARGE = {130, 203};

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

    /** On images of several sizes and channels, on a part of one, and on one without pixels. */
    private void agreeOnImages(UnaryOperator<Tensor> f) {
        for (int c : new int[] {1, 3, 4}) {
            agreeOnImages(c, f);
        }
    }

    private void agreeOnImages(int c, UnaryOperator<Tensor> f) {
        agree(0, () -> f.apply(image(1, 23, 17, c)));
        agree(0, () -> f.apply(image(2, 1, 1, c)));
        agree(0, () -> f.apply(image(3, 31, 29, c).slice(0, 2, 30).slice(1, 1, 28, 2)));
        agree(0, () -> f.apply(image(4, 9, 12, c).permute(1, 0, 2)));
        agree(0, () -> f.apply(image(5, 0, 3, c)));
    }

    @Test
    void resizes() {
        for (int c : new int[] {1, 3, 4}) {
            resizes(c, 23, 17, 40, 31);
            resizes(c, 40, 31, 23, 17);
            resizes(c, 40, 31, 3, 2);
            resizes(c, 19, 33, 37, 5);
            resizes(c, 19, 33, 19, 34);
            resizes(c, 19, 33, 18, 33);
            resizes(c, 1, 1, 7, 5);
            resizes(c, 7, 5, 1, 1);
            agree(0, () -> Images.resize(image(6, 12, 9, c).permute(1, 0, 2), 5, 31));
            agree(0, () -> Images.resize(image(7, 12, 9, c).slice(1, 1, 8, 2), 31, 5));
        }
        resizes(1, BEYOND_GRID, 2, BEYOND_GRID - 1, 1);
        resizes(3, LARGE[0], LARGE[1], 170, 290);
    }

    private void resizes(int c, int height, int width, int newHeight, int newWidth) {
        agree(0, () -> Images.resize(image(height, height, width, c), newHeight, newWidth));
    }

    /** An edge of 0 and 255 in the middle of an axis, by the weights of the triangle. */
    @Test
    void resizesByTheTriangle() {
        try (Scope _ = Scope.open("test", device())) {
            byte[] edge = {0, 0, -1, -1};
            assertArrayEquals(
                    new int[] {0, 0, 0, 64, 191, 255, 255, 255},
                    Images.resize(Tensor.of(DType.UINT8, edge, 1, 4, 1), 1, 8).toInts());
            // Of half the size a pixel is made of four with the weights 1, 3, 3, 1; at the border
            // of three.
            assertArrayEquals(
                    new int[] {36, 219},
                    Images.resize(Tensor.of(DType.UINT8, edge, 4, 1, 1), 2, 1).toInts());
        }
    }

    @Test
    void flipsAndTurns() {
        for (boolean horizontal : new boolean[] {false, true}) {
            for (boolean vertical : new boolean[] {false, true}) {
                agreeOnImages(x -> Images.flip(x, horizontal, vertical));
            }
        }
        for (int turns = 0; turns < 4; turns++) {
            int quarters = turns;
            agreeOnImages(x -> Images.rotate90(x, quarters));
        }
        agree(0, () -> Images.rotate90(image(8, BEYOND_GRID, 2, 1), 1));
        agree(0, () -> Images.rotate90(image(13, LARGE[0], LARGE[1], 3), 3));
    }

    @Test
    void flipsAndTurnsByHand() {
        try (Scope _ = Scope.open("test", device())) {
            Tensor x = Tensor.of(DType.UINT8, new byte[] {1, 2, 3, 4, 5, 6}, 2, 3, 1);
            lies(new int[][] {{3, 2, 1}, {6, 5, 4}}, Images.flip(x, true, false));
            lies(new int[][] {{4, 5, 6}, {1, 2, 3}}, Images.flip(x, false, true));
            lies(new int[][] {{6, 5, 4}, {3, 2, 1}}, Images.flip(x, true, true));
            lies(new int[][] {{3, 6}, {2, 5}, {1, 4}}, Images.rotate90(x, 1));
            lies(new int[][] {{6, 5, 4}, {3, 2, 1}}, Images.rotate90(x, 2));
            lies(new int[][] {{4, 1}, {5, 2}, {6, 3}}, Images.rotate90(x, 3));
        }
    }

    private static void lies(int[][] rows, Tensor image) {
        assertEquals(rows.length, image.dim(0));
        assertEquals(rows[0].length, image.dim(1));
        assertArrayEquals(
                Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray(), image.toInts());
    }

    @Test
    void blends() {
        for (double weight : new double[] {0, 0.3, 0.7, 1, 1.5, 2.3, -0.4}) {
            agreeOnImages(x -> Images.brightness(x, weight));
            agreeOnImages(x -> Images.contrast(x, weight));
            agreeOnImages(3, x -> Images.saturation(x, weight));
        }
        agree(0, () -> Images.contrast(image(9, BEYOND_GRID, 5, 1), 1.3));
        agree(0, () -> Images.saturation(image(14, LARGE[0], LARGE[1], 3), 1.3));
    }

    /** The same from ops on numbers of 32 and 64 bits. */
    @Test
    void blendsAreWhatTheyAreMadeOf() {
        try (Scope _ = Scope.open("test", device())) {
            Tensor x = image(10, 37, 41, 3);
            Tensor blue = x.slice(2, 0, 1).to(DType.FLOAT64);
            Tensor green = x.slice(2, 1, 2).to(DType.FLOAT64);
            Tensor red = x.slice(2, 2, 3).to(DType.FLOAT64);
            Tensor gray = red.mul(0.299).add(green.mul(0.587)).add(blue.mul(0.114));
            Tensor mean = x.to(DType.FLOAT64).sum().div(x.size());
            for (double weight : new double[] {0.35, 1.45}) {
                same(blended(x, mean.mul(0), weight), Images.brightness(x, weight));
                same(blended(x, mean, weight), Images.contrast(x, weight));
                same(blended(x, gray, weight), Images.saturation(x, weight));
            }
        }
    }

    private static Tensor blended(Tensor x, Tensor other, double weight) {
        Tensor own = x.to(DType.FLOAT32).mul((float) weight).to(DType.FLOAT64);
        return other.mul(1 - weight).add(own).max(0).min(255).to(DType.UINT8);
    }

    private static void same(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toInts(), actual.toInts());
    }

    @Test
    void imagesThatStayComeBackThemselves() {
        try (Scope _ = Scope.open("test", device())) {
            Tensor x = image(11, 5, 7, 3);
            assertSame(x, Images.resize(x, 5, 7));
            assertSame(x, Images.flip(x, false, false));
            assertSame(x, Images.rotate90(x, 0));
        }
    }

    @Test
    void refusesWhatIsNoImage() {
        try (Scope _ = Scope.open("test", device())) {
            Tensor x = image(12, 5, 7, 1);
            refuses("resize: image: ", () -> Images.resize(x, 0, 3));
            refuses("resize: image: ", () -> Images.resize(image(1, 0, 3, 1), 2, 2));
            refuses("resize: image: ", () -> Images.resize(x.reshape(5, 7), 2, 2));
            refuses("flip: image: ", () -> Images.flip(x.reshape(35), true, true));
            refuses("saturation: image: ", () -> Images.saturation(x, 0.5));
            Tensor floats = x.to(DType.FLOAT32);
            assertThrows(DTypeException.class, () -> Images.contrast(floats, 0.5));
            assertThrows(IllegalArgumentException.class, () -> Images.rotate90(x, 4));
        }
    }

    private static void refuses(String start, Runnable f) {
        String message = assertThrows(ShapeException.class, f::run).getMessage();
        assertTrue(message.startsWith(start), message);
    }
}
