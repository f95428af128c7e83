package soma.maskrcnn.image;

import java.awt.image.Raster;
import java.io.IOException;

/**
 * A decoded JPEG: components as stored, converted to blue, green, red as libjpeg ({@code
 * jdcolor.c}) and OpenCV do. ImageIO's own conversion would apply an embedded colour profile.
 */
final class JpegPage implements DecodedPage {
    private final Raster raster;
    private final JpegColorSpace colors;
    private final Orientation orientation;

    JpegPage(Raster raster, JpegColorSpace colors, Orientation orientation) {
        this.raster = raster;
        this.colors = colors;
        this.orientation = orientation;
    }

    @Override
    public LabelImage toLabels() throws IOException {
        throw new ImageFormatException(
                "expected a label image without loss (PNG or TIFF), got a JPEG");
    }

    @Override
    public Image8 toImage8() throws IOException {
        int bands = raster.getNumBands();
        int expected =
                switch (colors) {
                    case GRAY -> 1;
                    case YCC, RGB -> 3;
                    case CMYK, YCCK -> 4;
                };
        if (bands != expected) {
            throw new ImageFormatException("expected " + expected + " components, got " + bands);
        }
        int height = raster.getHeight();
        int width = raster.getWidth();
        int channels = colors == JpegColorSpace.GRAY ? 1 : 3;
        byte[] pixels = new byte[height * width * channels];
        int[] row = new int[width * bands];
        for (int y = 0, o = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i += bands, o += channels) {
                convert(row, i, pixels, o);
            }
        }
        return orientation.apply(new Image8(height, width, channels, pixels));
    }

    private void convert(int[] in, int i, byte[] out, int o) {
        switch (colors) {
            case GRAY -> out[o] = (byte) in[i];
            case RGB -> put(out, o, in[i], in[i + 1], in[i + 2]);
            case YCC ->
                    put(
                            out,
                            o,
                            red(in[i], in[i + 2]),
                            green(in[i], in[i + 1], in[i + 2]),
                            blue(in[i], in[i + 1]));
            case CMYK -> cmyk(out, o, in[i], in[i + 1], in[i + 2], in[i + 3]);
            case YCCK ->
                    cmyk(
                            out,
                            o,
                            255 - red(in[i], in[i + 2]),
                            255 - green(in[i], in[i + 1], in[i + 2]),
                            255 - blue(in[i], in[i + 1]),
                            in[i + 3]);
        }
    }

    /**
     * OpenCV's {@code icvCvt_CMYK2BGR_8u_C4C3R}; files hold inverted values, as Adobe writes them.
     */
    private static void cmyk(byte[] out, int o, int c, int m, int y, int k) {
        put(out, o, k - ((255 - c) * k >> 8), k - ((255 - m) * k >> 8), k - ((255 - y) * k >> 8));
    }

    private static void put(byte[] out, int o, int red, int green, int blue) {
        out[o] = (byte) blue;
        out[o + 1] = (byte) green;
        out[o + 2] = (byte) red;
    }

    // Fixed point of 16 bits: 1.40200, 1.77200, 0.34414 and 0.71414, rounded as libjpeg does.

    private static int red(int y, int cr) {
        return clamp(y + ((91881 * (cr - 128) + 32768) >> 16));
    }

    private static int blue(int y, int cb) {
        return clamp(y + ((116130 * (cb - 128) + 32768) >> 16));
    }

    private static int green(int y, int cb, int cr) {
        return clamp(y + ((-22554 * (cb - 128) - 46802 * (cr - 128) + 32768) >> 16));
    }

    private static int clamp(int value) {
        return Math.clamp(value, 0, 255);
    }
}
