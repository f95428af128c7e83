package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

import javax.imageio.ImageIO;
import javax.imageio.stream.ImageInputStream;

class TiffWriterTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 65_535, 65_536, 16_777_217})
    void labelsComeBack(int largest) throws Exception {
        int[] labels = new int[7 * 13];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 3 == 0 ? 0 : (int) ((long) largest * i / (labels.length - 1));
        }
        labels[90] = largest;
        Path file = folder.resolve("labels.tif");
        TiffWriter.writeLabels(file, new LabelImage(7, 13, labels.clone()));
        LabelImage read = ImageReader.readLabels(file);
        assertEquals(7, read.height());
        assertArrayEquals(labels, read.labels());
        assertEquals(largest > 65_535 ? 32 : 16, bits(file));
    }

    private static int bits(Path file) throws Exception {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            javax.imageio.ImageReader reader = ImageIO.getImageReaders(in).next();
            reader.setInput(in);
            return reader.getRawImageType(0).getColorModel().getPixelSize();
        }
    }
}
