package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;

/** The bytes of numpy, colorsys and OpenCV: {@code make_color.py} beside the fixtures. */
final class ColorTest {
    private static final int HEIGHT = 37;
    private static final int WIDTH = 53;

    private static byte[] fixture(String name) throws IOException {
        try (InputStream in = ColorTest.class.getResourceAsStream("color/" + name + ".raw")) {
            return in.readAllBytes();
        }
    }

    private static Image8 color() throws IOException {
        return new Image8(HEIGHT, WIDTH, 3, fixture("color"));
    }

    private static Image8 gray() throws IOException {
        return new Image8(HEIGHT, WIDTH, 1, fixture("gray"));
    }

    @ParameterizedTest
    @CsvSource({
        "brightness, 0.7",
        "brightness, 1.4",
        "contrast, 0.6",
        "contrast, 1.5",
        "saturation, 0.3",
        "saturation, 1.7",
        "gamma, 0.6",
        "gamma, 1.8",
        "hue, 23.71",
        "hue, -100",
        "blur, 0.2",
        "blur, 0.5",
        "blur, 0.8",
        "blur, 1.3",
        "blur, 3.7"
    })
    void colorsAreThoseOfTheReference(String change, String amount) throws IOException {
        double value = Double.parseDouble(amount);
        Image8 image = color();
        Image8 changed =
                switch (change) {
                    case "brightness" -> Tone.brightness(image, value);
                    case "contrast" -> Tone.contrast(image, value);
                    case "saturation" -> Tone.saturation(image, value);
                    case "gamma" -> Tone.gamma(image, value);
                    case "hue" -> Hue.turn(image, value);
                    default -> GaussianBlur.apply(image, value);
                };
        assertArrayEquals(fixture(change + "_" + amount), changed.pixels());
        assertArrayEquals(fixture("color"), image.pixels(), "the image itself stays");
    }

    @ParameterizedTest
    @CsvSource({"2.0, 8, 8", "40.0, 4, 6", "1.3, 37, 53", "3.0, 1, 2", "0.0, 5, 3"})
    void claheIsOpenCvs(double limit, int rows, int columns) throws IOException {
        byte[] expected = fixture("clahe_gray_%s_%d_%d".formatted(limit, rows, columns));
        assertArrayEquals(expected, Clahe.apply(gray(), limit, rows, columns).pixels());
        // Three equal channels stay equal and take the same levels.
        Image8 three = Clahe.apply(gray().toBgr(), limit, rows, columns);
        assertArrayEquals(new Image8(HEIGHT, WIDTH, 1, expected).toBgr().pixels(), three.pixels());
    }

    @Test
    void claheOfAMultipleOfItsTiles() throws IOException {
        byte[] corner = new byte[32 * 48];
        for (int y = 0; y < 32; y++) {
            System.arraycopy(gray().pixels(), y * WIDTH, corner, y * 48, 48);
        }
        Image8 image = new Image8(32, 48, 1, corner);
        assertArrayEquals(
                fixture("clahe_multiple_2.5_4_6"), Clahe.apply(image, 2.5, 4, 6).pixels());
    }

    @Test
    void claheOfColorsAddsWhatTheGrayValueGains() throws IOException {
        Image8 image = color();
        Image8 equal = Clahe.apply(image, 2, 8, 8);
        byte[] gained = fixture("clahe_gray_2.0_8_8");
        for (int i = 0; i < gained.length; i++) {
            int gain = (gained[i] & 0xff) - (gray().pixels()[i] & 0xff);
            for (int c = 0; c < 3; c++) {
                int expected = (image.pixels()[3 * i + c] & 0xff) + gain;
                assertEquals(
                        Math.max(0, Math.min(255, expected)), equal.pixels()[3 * i + c] & 0xff);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void smallImagesAreMirroredAsOften(int size) {
        byte[] pixels = new byte[size * 3];
        new Random(size).nextBytes(pixels);
        Image8 image = new Image8(3, size, 1, pixels);
        int[] kernel = GaussianBlur.kernel(2);
        double[][] rows = new double[3][size];
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < size; x++) {
                for (int k = 0; k < kernel.length; k++) {
                    int at = reflected(x + k - kernel.length / 2, size);
                    rows[y][x] += kernel[k] / 256.0 * image.sample(y, at, 0);
                }
            }
        }
        Image8 blurred = GaussianBlur.apply(image, 2);
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < size; x++) {
                double sum = 0;
                for (int k = 0; k < kernel.length; k++) {
                    sum += kernel[k] / 256.0 * rows[reflected(y + k - kernel.length / 2, 3)][x];
                }
                assertEquals(sum, blurred.sample(y, x, 0), 0.5);
            }
        }
        assertEquals(3 * size, Clahe.apply(image, 2, 8, 8).pixels().length);
    }

    private static int reflected(int i, int length) {
        int at = i;
        while (length > 1 && (at < 0 || at >= length)) {
            at = at < 0 ? -at : 2 * (length - 1) - at;
        }
        return length == 1 ? 0 : at;
    }

    @Test
    void amountsThatChangeNothing() throws IOException {
        Image8 image = color();
        assertArrayEquals(image.pixels(), Tone.brightness(image, 1).pixels());
        assertArrayEquals(image.pixels(), Tone.contrast(image, 1).pixels());
        assertArrayEquals(image.pixels(), Tone.saturation(image, 1).pixels());
        assertArrayEquals(image.pixels(), Tone.gamma(image, 1).pixels());
        assertArrayEquals(image.pixels(), Hue.turn(image, 0).pixels());
        assertArrayEquals(image.pixels(), Hue.turn(image, 360).pixels());
        assertArrayEquals(image.pixels(), GaussianNoise.add(image, 0, new Random(1)).pixels());
        assertSame(image, GaussianBlur.apply(image, 0));
    }

    @Test
    void grayImagesStayGray() throws IOException {
        Image8 image = gray().toBgr();
        Image8 noisy = GaussianNoise.add(image, 9, new Random(1));
        for (Image8 changed :
                new Image8[] {
                    Hue.turn(image, 77),
                    Tone.saturation(image, 1),
                    noisy,
                    GaussianBlur.apply(image, 1)
                }) {
            byte[] p = changed.pixels();
            for (int i = 0; i < p.length; i += 3) {
                assertTrue(p[i] == p[i + 1] && p[i] == p[i + 2]);
            }
        }
    }

    @Test
    void noiseHasItsMeanAndDeviation() {
        byte[] pixels = new byte[400 * 500];
        Arrays.fill(pixels, (byte) 120);
        byte[] noisy =
                GaussianNoise.add(new Image8(400, 500, 1, pixels), 6, new Random(4)).pixels();
        double sum = 0;
        double squares = 0;
        for (byte sample : noisy) {
            double d = (sample & 0xff) - 120;
            sum += d;
            squares += d * d;
        }
        double mean = sum / noisy.length;
        assertEquals(0, mean, 0.06);
        // Rounding adds the variance of a uniform distribution.
        assertEquals(Math.sqrt(36 + 1 / 12.0), Math.sqrt(squares / noisy.length), 0.06);
    }
}
