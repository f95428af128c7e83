package soma.maskrcnn.image;

import soma.nn.io.AtomicFiles;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferInt;
import java.awt.image.DataBufferUShort;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes TIFF files, whole or not at all. */
public final class TiffWriter {
    private static final int LARGEST_16_BIT = 0xffff;

    private TiffWriter() {}

    /**
     * Writes a label image, losslessly compressed: of 16 bits, or of 32 when a label is above
     * 65,535.
     *
     * @throws soma.tensor.SomaException when the file can't be written
     */
    public static void writeLabels(Path file, LabelImage image) {
        int largest = 0;
        for (int label : image.labels()) {
            largest = Math.max(largest, label);
        }
        boolean wide = largest > LARGEST_16_BIT;
        BufferedImage buffered = buffered(image, wide);
        AtomicFiles.write(file, out -> encode(buffered, out));
    }

    private static BufferedImage buffered(LabelImage image, boolean wide) {
        int type = wide ? DataBuffer.TYPE_INT : DataBuffer.TYPE_USHORT;
        var samples =
                new PixelInterleavedSampleModel(
                        type, image.width(), image.height(), 1, image.width(), new int[] {0});
        DataBuffer data;
        int[] labels = image.labels();
        if (wide) {
            data = new DataBufferInt(labels, labels.length);
        } else {
            short[] narrow = new short[labels.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (short) labels[i];
            }
            data = new DataBufferUShort(narrow, narrow.length);
        }
        var colors =
                new ComponentColorModel(
                        ColorSpace.getInstance(ColorSpace.CS_GRAY),
                        false,
                        false,
                        Transparency.OPAQUE,
                        type);
        return new BufferedImage(
                colors, Raster.createWritableRaster(samples, data, null), false, null);
    }

    private static void encode(BufferedImage image, OutputStream out) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionType("Deflate");
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
    }
}
