package soma.maskrcnn.image;

import soma.tensor.SomaException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads PNG, TIFF (first page) and JPEG files as OpenCV's {@code imread} does: alpha dropped and
 * not blended, 16-bit samples shifted right by 8, colour profiles ignored, EXIF orientation
 * applied.
 *
 * <p>Every failure is a {@link SomaException} of one line that names the file and the cause. Sizes
 * are checked against the length of the file before anything is allocated.
 */
public final class ImageReader {
    private static final long MAX_BYTES = 1L << 30;

    private ImageReader() {}

    /**
     * Reads an image with the channels that it has: 1 when it is gray, else blue, green, red. Gray
     * resized and then replicated equals replicated and then resized, at a third of the cost.
     *
     * @throws SomaException when the file is missing, damaged or of a format that is not read
     */
    public static Image8 read(Path file) {
        return read(file, DecodedPage::toImage8);
    }

    /**
     * Reads an image as 3 channels in the order blue, green, red; gray is replicated.
     *
     * @throws SomaException when the file is missing, damaged or of a format that is not read
     */
    public static Image8 readBgr(Path file) {
        return read(file, page -> page.toImage8().toBgr());
    }

    /**
     * Reads an image as 1 channel; colour is weighted as {@link Image8#toGray} has it.
     *
     * @throws SomaException when the file is missing, damaged or of a format that is not read
     */
    public static Image8 readGray(Path file) {
        return read(file, page -> page.toImage8().toGray());
    }

    /**
     * Reads a label image of 1 to 32 bits a sample: raw values, not scaled; indices of a palette.
     *
     * @throws SomaException when the file can't be read, or has several channels that differ
     */
    public static LabelImage readLabels(Path file) {
        return read(file, DecodedPage::toLabels);
    }

    /**
     * Reads only as much as tells the size, with the EXIF orientation applied.
     *
     * @throws SomaException when the file is missing, or its header is damaged
     */
    public static ImageSize readSize(Path file) {
        return guarded(
                file,
                () -> {
                    try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
                        return PageDecoder.size(in);
                    }
                });
    }

    /**
     * Returns the ending, such as {@code png}, that the name of an image of this format has.
     *
     * @throws SomaException when the file is missing, or of a format that is not read
     */
    public static String readEnding(Path file) {
        return guarded(
                file,
                () -> {
                    try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
                        return PageDecoder.format(in).ending();
                    }
                });
    }

    private static <T> T read(Path file, Conversion<T> conversion) {
        return guarded(
                file,
                () -> {
                    byte[] bytes = Files.readAllBytes(file);
                    try (ImageInputStream in = new ByteArrayImageInputStream(bytes)) {
                        return conversion.from(PageDecoder.decode(in));
                    }
                });
    }

    private static <T> T guarded(Path file, Reading<T> reading) {
        String obstacle = obstacle(file);
        if (obstacle != null) {
            throw new SomaException(file + ": cannot read image: " + obstacle);
        }
        try {
            return reading.run();
        } catch (AccessDeniedException e) {
            throw new SomaException(file + ": cannot read image: permission denied", e);
        } catch (OutOfMemoryError e) {
            throw new SomaException(
                    file + ": cannot read image: not enough memory for its size", e);
        } catch (IOException | RuntimeException e) {
            // Decoders meet damaged files with exceptions of any kind, bounds and arithmetic
            // included.
            throw new SomaException(file + ": cannot read image: " + oneLine(e), e);
        }
    }

    /** What keeps a file from being opened at all, or null. */
    private static String obstacle(Path file) {
        if (Files.isDirectory(file)) {
            return "expected a file, got a directory";
        }
        if (!Files.exists(file)) {
            return "no such file";
        }
        if (!Files.isRegularFile(file)) {
            return "expected a regular file";
        }
        try {
            long size = Files.size(file);
            return size > MAX_BYTES
                    ? "expected at most " + MAX_BYTES + " bytes, got " + size
                    : null;
        } catch (IOException e) {
            return oneLine(e);
        }
    }

    private static String oneLine(Exception e) {
        if (e instanceof EOFException) {
            return "the file ends too early";
        }
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return "damaged file (" + e.getClass().getSimpleName() + ")";
        }
        String text = message.replaceAll("\\s+", " ").strip();
        Throwable cause = e.getCause();
        if (cause != null && cause.getMessage() != null && !text.contains(cause.getMessage())) {
            text += " (" + cause.getMessage().replaceAll("\\s+", " ").strip() + ")";
        }
        return e instanceof IOException || e instanceof SomaException
                ? text
                : "damaged file: " + text;
    }

    @FunctionalInterface
    private interface Conversion<T> {
        T from(DecodedPage page) throws IOException;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T run() throws IOException;
    }
}
