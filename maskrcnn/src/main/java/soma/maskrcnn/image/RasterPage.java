package soma.maskrcnn.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;

/**
 * A decoded PNG or TIFF. Samples are taken from the raster as stored, since Java's colour
 * conversion would apply gamma and profiles that OpenCV and Pillow ignore.
 */
final class RasterPage implements DecodedPage {
    private final BufferedImage image;
    private final Raster raster;
    private final int height;
    private final int width;
    private final int bands;
    private final Orientation orientation;

    RasterPage(BufferedImage image, Orientation orientation) {
        this.image = image;
        this.raster = image.getRaster();
        this.height = image.getHeight();
        this.width = image.getWidth();
        this.bands = raster.getNumBands();
        this.orientation = orientation;
    }

    @Override
    public Image8 toImage8() throws IOException {
        ColorModel colors = image.getColorModel();
        if (colors instanceof IndexColorModel palette) {
            return orientation.apply(paletteColors(palette));
        }
        int space = colors.getColorSpace().getType();
        if (space != ColorSpace.TYPE_GRAY && space != ColorSpace.TYPE_RGB) {
            return orientation.apply(convertedColors());
        }
        int shift =
                switch (raster.getDataBuffer().getDataType()) {
                    case DataBuffer.TYPE_BYTE -> 0;
                    case DataBuffer.TYPE_USHORT -> 8;
                    default ->
                            throw new ImageFormatException(
                                    "expected unsigned samples of at most 16 bits, got "
                                            + sampleType());
                };
        int channels = bands <= 2 ? 1 : 3;
        if (shift == 0
                && raster.getDataBuffer() instanceof DataBufferByte bytes
                && raster.getSampleModel() instanceof ComponentSampleModel model
                && raster.getParent() == null) {
            return orientation.apply(interleaved(bytes, model, channels));
        }
        return orientation.apply(shifted(channels, shift));
    }

    @Override
    public LabelImage toLabels() throws IOException {
        return orientation.apply(new LabelImage(height, width, labelSamples()));
    }

    private int[] labelSamples() throws IOException {
        int type = raster.getDataBuffer().getDataType();
        if (type == DataBuffer.TYPE_FLOAT || type == DataBuffer.TYPE_DOUBLE) {
            // The TIFF decoder clamps floating-point samples to 0..1, so numbers would be lost.
            throw new ImageFormatException("expected labels of 1 to 32 bits, got " + sampleType());
        }
        int[] labels = raster.getSamples(0, 0, width, height, 0, (int[]) null);
        for (int label : labels) {
            if (label < 0) {
                throw new ImageFormatException("expected labels >= 0, got " + label);
            }
        }
        for (int band = 1; band < (bands == 2 ? 1 : Math.min(bands, 3)); band++) {
            int[] other = raster.getSamples(0, 0, width, height, band, (int[]) null);
            if (!Arrays.equals(labels, other)) {
                throw new ImageFormatException(
                        "expected a label image of one channel, got "
                                + bands
                                + " channels that differ");
            }
        }
        return labels;
    }

    private Image8 paletteColors(IndexColorModel palette) {
        int size = palette.getMapSize();
        int[] rgb = new int[size];
        palette.getRGBs(rgb);
        boolean gray = true;
        for (int color : rgb) {
            int blue = color & 0xff;
            gray &= blue == (color >> 8 & 0xff) && blue == (color >> 16 & 0xff);
        }
        int channels = gray ? 1 : 3;
        byte[] pixels = new byte[height * width * channels];
        int[] row = new int[width];
        for (int y = 0, o = 0; y < height; y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                // An index past the palette is black, as in libpng and OpenCV.
                int color = row[x] < size ? rgb[row[x]] : 0;
                for (int c = 0; c < channels; c++) {
                    pixels[o++] = (byte) (color >> (8 * c));
                }
            }
        }
        return new Image8(height, width, channels, pixels);
    }

    /** CMYK, Lab and the like: Java's conversion to sRGB. */
    private Image8 convertedColors() {
        byte[] pixels = new byte[height * width * 3];
        int[] row = new int[width];
        for (int y = 0, o = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    pixels[o++] = (byte) (row[x] >> (8 * c));
                }
            }
        }
        return new Image8(height, width, 3, pixels);
    }

    private Image8 interleaved(DataBufferByte buffer, ComponentSampleModel model, int channels) {
        byte[] pixels = new byte[height * width * channels];
        int step = model.getPixelStride();
        int rowStep = model.getScanlineStride();
        int originX = -raster.getSampleModelTranslateX();
        int originY = -raster.getSampleModelTranslateY();
        for (int c = 0; c < channels; c++) {
            // Bands are red, green, blue; the result is blue, green, red.
            int band = channels - 1 - c;
            int bank = model.getBankIndices()[band];
            byte[] from = buffer.getData(bank);
            int start =
                    model.getBandOffsets()[band]
                            + buffer.getOffsets()[bank]
                            + originY * rowStep
                            + originX * step;
            for (int y = 0; y < height; y++) {
                int i = start + y * rowStep;
                int o = y * width * channels + c;
                for (int x = 0; x < width; x++, i += step, o += channels) {
                    pixels[o] = from[i];
                }
            }
        }
        return new Image8(height, width, channels, pixels);
    }

    private Image8 shifted(int channels, int shift) {
        byte[] pixels = new byte[height * width * channels];
        int[] row = new int[width * bands];
        for (int y = 0, o = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    pixels[o++] = (byte) (row[x * bands + channels - 1 - c] >> shift);
                }
            }
        }
        return new Image8(height, width, channels, pixels);
    }

    private String sampleType() {
        return switch (raster.getDataBuffer().getDataType()) {
            case DataBuffer.TYPE_SHORT -> "signed 16-bit samples";
            case DataBuffer.TYPE_INT -> "32-bit samples";
            case DataBuffer.TYPE_FLOAT -> "32-bit floating-point samples";
            default -> "64-bit floating-point samples";
        };
    }
}
