package soma.maskrcnn.image;

import soma.nn.io.AtomicFiles;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes PNG files, whole or not at all. */
public final class PngWriter {
    static {
        ImageIO.setUseCache(false);
    }

    private PngWriter() {}

    /**
     * Writes an 8-bit gray or colour PNG.
     *
     * @throws soma.tensor.SomaException when the file can't be written
     */
    public static void write(Path file, Image8 image) {
        BufferedImage buffered = buffered(image);
        AtomicFiles.write(file, out -> encode(buffered, out));
    }

    /**
     * Writes a 16-bit gray PNG; {@code samples} are {@code height * width} unsigned shorts, rows
     * top down.
     *
     * @throws soma.tensor.SomaException when the file can't be written
     */
    public static void writeGray16(Path file, int height, int width, short[] samples) {
        if (samples.length != (long) height * width) {
            throw new IllegalArgumentException(
                    "PngWriter: expected "
                            + (long) height * width
                            + " samples, got "
                            + samples.length);
        }
        PixelInterleavedSampleModel model =
                new PixelInterleavedSampleModel(
                        DataBuffer.TYPE_USHORT, width, height, 1, width, new int[] {0});
        WritableRaster raster =
                Raster.createWritableRaster(
                        model, new DataBufferUShort(samples, samples.length), null);
        BufferedImage buffered =
                new BufferedImage(colors(1, DataBuffer.TYPE_USHORT), raster, false, null);
        AtomicFiles.write(file, out -> encode(buffered, out));
    }

    static BufferedImage buffered(Image8 image) {
        int channels = image.channels();
        int[] offsets = channels == 1 ? new int[] {0} : new int[] {2, 1, 0};
        ComponentSampleModel model =
                new PixelInterleavedSampleModel(
                        DataBuffer.TYPE_BYTE,
                        image.width(),
                        image.height(),
                        channels,
                        image.width() * channels,
                        offsets);
        byte[] pixels = image.pixels();
        WritableRaster raster =
                Raster.createWritableRaster(model, new DataBufferByte(pixels, pixels.length), null);
        return new BufferedImage(colors(channels, DataBuffer.TYPE_BYTE), raster, false, null);
    }

    private static ComponentColorModel colors(int channels, int dataType) {
        int space = channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB;
        return new ComponentColorModel(
                ColorSpace.getInstance(space),
                false,
                false,
                java.awt.Transparency.OPAQUE,
                dataType);
    }

    private static void encode(BufferedImage image, OutputStream out) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(image);
        } finally {
            writer.dispose();
        }
    }
}
