package soma.maskrcnn.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.imageio.ImageIO;

/** Small gray images for tests. */
final class TestImages {
    private TestImages() {}

    /** Writes an 8-bit gray PNG whose rows are the digits of {@code rows}. */
    static Path png(Path file, String... rows) {
        BufferedImage image =
                new BufferedImage(rows[0].length(), rows.length, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < rows[0].length(); x++) {
                image.getRaster().setSample(x, y, 0, rows[y].charAt(x) - '0');
            }
        }
        try {
            Files.createDirectories(file.getParent());
            ImageIO.write(image, "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Writes a text file. */
    static Path text(Path file, String content) {
        try {
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
