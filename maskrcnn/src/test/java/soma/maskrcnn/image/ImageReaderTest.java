package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.SomaException;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

class ImageReaderTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "gray_alpha.png, 99fd3e33, 0",
        "white_is_zero.tif, 99fd3e33, 0",
        "gray16_big_endian_lzw.tif, 99fd3e33, 0",
        "rgb_lzw_predictor.tif, 438835dd, 0",
        "rgb16.png, 438835dd, 0",
        "palette.png, 00cc6bda, 0",
        "exif_rotated.jpg, 9c9a68e6, 2",
    })
    void bytesOfOpenCv(String name, String expectedName, int tolerance) throws IOException {
        Path file = resource(name);
        Image8 image = ImageReader.readBgr(file);
        ImageSize size = ImageReader.readSize(file);
        assertEquals(new ImageSize(image.height(), image.width()), size);
        byte[] expected = Files.readAllBytes(resource(expectedName + ".bgr"));
        assertEquals(expected.length, image.pixels().length);
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((expected[i] & 0xff) - (image.pixels()[i] & 0xff));
            assertTrue(difference <= tolerance, "byte " + i + " differs by " + difference);
        }
    }

    @Test
    void grayOfColourHasOpenCvWeights() {
        Image8 color = new Image8(1, 4, 3, new byte[] {-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1});
        assertArrayEquals(new byte[] {29, (byte) 150, 76, -1}, color.toGray().pixels());
    }

    @Test
    void eightBitPngsComeBackAsWritten() {
        for (int channels : new int[] {1, 3}) {
            Image8 image = noise(13, 7, channels);
            Path file = folder.resolve("noise" + channels + ".png");
            PngWriter.write(file, image);
            assertArrayEquals(image.toBgr().pixels(), ImageReader.readBgr(file).pixels());
            assertEquals(channels, ImageReader.read(file).channels());
            assertArrayEquals(image.pixels(), ImageReader.read(file).pixels());
        }
    }

    @Test
    void sixteenBitLabelsComeBackRaw() {
        short[] samples = {0, 1, 255, 256, 1000, (short) 65535};
        Path file = folder.resolve("labels.png");
        PngWriter.writeGray16(file, 2, 3, samples);
        LabelImage labels = ImageReader.readLabels(file);
        assertEquals(2, labels.height());
        assertEquals(3, labels.width());
        assertArrayEquals(new int[] {0, 1, 255, 256, 1000, 65535}, labels.labels());
        assertArrayEquals(
                new byte[] {0, 0, 0, 1, 3, -1}, ImageReader.readGray(file).pixels(), "value >> 8");
    }

    @Test
    void labelsOfAPaletteAreItsIndices() throws IOException {
        LabelImage labels = ImageReader.readLabels(resource("palette.png"));
        BufferedImage reference = ImageIO.read(resource("palette.png").toFile());
        int[] indices = reference.getRaster().getSamples(0, 0, 59, 37, 0, (int[]) null);
        assertArrayEquals(indices, labels.labels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"uint32", "int32"})
    void thirtyTwoBitTiffLabels(String type) throws IOException {
        int[] values = {0, 70_000, 3, 1 << 23};
        Path file = folder.resolve(type + ".tif");
        Files.write(file, tiff32(2, 2, values, type));
        LabelImage labels = ImageReader.readLabels(file);
        assertArrayEquals(values, labels.labels());
        SomaException error = assertThrows(SomaException.class, () -> ImageReader.readBgr(file));
        assertTrue(error.getMessage().contains("at most 16 bits"), error.getMessage());
    }

    @Test
    void negativeOrFloatingPointLabelsAreErrors() throws IOException {
        Path negative = folder.resolve("negative.tif");
        Files.write(negative, tiff32(1, 2, new int[] {1, -1}, "int32"));
        assertMessage(negative, "expected labels >= 0, got -1");
        Path fraction = folder.resolve("float.tif");
        Files.write(fraction, tiff32(1, 1, new int[] {1}, "float"));
        assertMessage(fraction, "expected labels of 1 to 32 bits, got 32-bit floating-point");
    }

    @Test
    void labelsNeedOneChannel() {
        Path file = folder.resolve("color.png");
        PngWriter.write(file, noise(5, 4, 3));
        assertMessage(file, "one channel, got 3 channels that differ");
        Path gray = folder.resolve("gray-as-color.png");
        Image8 image = noise(5, 4, 1);
        PngWriter.write(gray, image.toBgr());
        int[] labels = ImageReader.readLabels(gray).labels();
        for (int i = 0; i < labels.length; i++) {
            assertEquals(image.pixels()[i] & 0xff, labels[i]);
        }
    }

    @Test
    void jpegLabelsAreRefused() throws IOException {
        assertMessage(resource("exif_rotated.jpg"), "without loss (PNG or TIFF), got a JPEG");
    }

    @Test
    void cmykJpegByOpenCvFormula() throws IOException {
        // Constant planes survive JPEG within a level.
        WritableRaster raster =
                Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
        int[] cmyk = {200, 120, 60, 220};
        for (int i = 0; i < 256; i++) {
            raster.setPixel(i % 16, i / 16, cmyk);
        }
        Path file = folder.resolve("cmyk.jpg");
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(raster, null, null), null);
        } finally {
            writer.dispose();
        }
        Image8 image = ImageReader.readBgr(file);
        int[] expected = {220 - (195 * 220 >> 8), 220 - (135 * 220 >> 8), 220 - (55 * 220 >> 8)};
        for (int c = 0; c < 3; c++) {
            assertEquals(expected[c], image.sample(8, 8, c), 2, "channel " + c);
        }
    }

    @Test
    void pngExifOrientationIsApplied() throws IOException {
        Image8 image = noise(3, 5, 1);
        Path plain = folder.resolve("plain.png");
        PngWriter.write(plain, image);
        for (int tag = 1; tag <= 8; tag++) {
            Path file = folder.resolve("exif" + tag + ".png");
            Files.write(file, withExif(Files.readAllBytes(plain), tag));
            Image8 shown = ImageReader.readGray(file);
            boolean swaps = tag >= 5;
            assertEquals(swaps ? 5 : 3, shown.height());
            assertEquals(new ImageSize(shown.height(), shown.width()), ImageReader.readSize(file));
            // First shown pixel, by the EXIF table: which corner of the stored rows it is.
            int[][] firstRowAndColumn = {
                {0, 0}, {0, 4}, {2, 4}, {2, 0}, {0, 0}, {2, 0}, {2, 4}, {0, 4}
            };
            int[] corner = firstRowAndColumn[tag - 1];
            assertEquals(
                    image.sample(corner[0], corner[1], 0), shown.sample(0, 0, 0), "tag " + tag);
            int nextRow = swaps ? corner[0] + (corner[0] == 0 ? 1 : -1) : corner[0];
            int nextColumn = swaps ? corner[1] : corner[1] + (corner[1] == 0 ? 1 : -1);
            assertEquals(image.sample(nextRow, nextColumn, 0), shown.sample(0, 1, 0), "tag " + tag);
        }
    }

    @Test
    void missingFilesFoldersAndOtherBytes() throws IOException {
        assertMessage(folder.resolve("none.png"), "no such file");
        assertMessage(folder, "expected a file, got a directory");
        Path text = Files.writeString(folder.resolve("text.png"), "not an image");
        assertMessage(text, "expected a PNG, JPEG or TIFF file");
        try (RandomAccessFile large =
                new RandomAccessFile(folder.resolve("large.png").toFile(), "rw")) {
            large.setLength(3L << 30); // sparse: takes no space
        }
        assertMessage(folder.resolve("large.png"), "expected at most 1073741824 bytes");
        assertMessage(Files.createFile(folder.resolve("empty.tif")), "the file is empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gray_alpha.png",
                "palette.png",
                "rgb_lzw_predictor.tif",
                "exif_rotated.jpg"
            })
    void damageIsAnErrorOrAnImageButNeverAnotherException(String name) throws IOException {
        byte[] whole = Files.readAllBytes(resource(name));
        Random random = new Random(11);
        Path file = folder.resolve("damaged-" + name);
        int refused = 0;
        for (int trial = 0; trial < 120; trial++) {
            byte[] bytes = whole.clone();
            if (trial % 3 == 0) {
                bytes = java.util.Arrays.copyOf(bytes, 8 + random.nextInt(bytes.length - 8));
            }
            int hits = trial % 3 == 0 ? 0 : 1 + random.nextInt(4);
            for (int hit = 0; hit < hits; hit++) {
                int limit = hit == 0 ? Math.min(200, bytes.length) : bytes.length;
                bytes[8 + random.nextInt(limit - 8)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                Image8 image = ImageReader.readBgr(file);
                assertTrue(image.height() > 0 && image.width() > 0);
            } catch (SomaException e) {
                refused++;
                String message = e.getMessage();
                assertTrue(message.startsWith(file + ": cannot read image: "), message);
            }
        }
        assertTrue(refused >= 30, "only " + refused + " damaged files were refused");
    }

    private static void assertMessage(Path file, String part) {
        SomaException error = assertThrows(SomaException.class, () -> ImageReader.readLabels(file));
        assertTrue(error.getMessage().startsWith(file + ": "), error.getMessage());
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    private static Image8 noise(int height, int width, int channels) {
        byte[] pixels = new byte[height * width * channels];
        new Random(5).nextBytes(pixels);
        return new Image8(height, width, channels, pixels);
    }

    private Path resource(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream in = ImageReaderTest.class.getResourceAsStream(name)) {
                Files.copy(in, file);
            }
        }
        return file;
    }

    /** An uncompressed little-endian TIFF of one strip, 32 bits a sample. */
    private static byte[] tiff32(int height, int width, int[] values, String type) {
        int entries = 9;
        int dataStart = 8 + 2 + 12 * entries + 4;
        ByteBuffer out =
                ByteBuffer.allocate(dataStart + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) 0x4949).putShort((short) 42).putInt(8).putShort((short) entries);
        int sampleFormat = type.equals("uint32") ? 1 : type.equals("int32") ? 2 : 3;
        int[][] fields = {
            {256, width},
            {257, height},
            {258, 32},
            {259, 1},
            {262, 1},
            {273, dataStart},
            {278, height},
            {279, 4 * values.length},
            {339, sampleFormat}
        };
        for (int[] field : fields) {
            out.putShort((short) field[0]).putShort((short) 4).putInt(1).putInt(field[1]);
        }
        out.putInt(0);
        for (int value : values) {
            if (sampleFormat == 3) {
                out.putFloat(value);
            } else {
                out.putInt(value);
            }
        }
        return out.array();
    }

    /** Inserts a chunk eXIf with the orientation tag after IHDR. */
    private static byte[] withExif(byte[] png, int orientation) {
        ByteBuffer exif = ByteBuffer.allocate(4 + 26);
        exif.put("eXIf".getBytes(StandardCharsets.US_ASCII));
        exif.putShort((short) 0x4d4d).putShort((short) 42).putInt(8).putShort((short) 1);
        exif.putShort((short) 274).putShort((short) 3).putInt(1);
        exif.putShort((short) orientation).putShort((short) 0).putInt(0);
        CRC32 crc = new CRC32();
        crc.update(exif.array());
        int header = 8 + 25;
        return ByteBuffer.allocate(png.length + 26 + 12)
                .put(png, 0, header)
                .putInt(26)
                .put(exif.array())
                .putInt((int) crc.getValue())
                .put(png, header, png.length - header)
                .array();
    }
}
