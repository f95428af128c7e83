package soma.nn.io;

import soma.tensor.SomaException;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes files that appear whole or not at all: to a temporary sibling first, then by an atomic
 * move.
 */
public final class AtomicFiles {
    private AtomicFiles() {}

    /** Something that writes a file's bytes and may fail. */
    @FunctionalInterface
    public interface Content {
        /** Writes all bytes; the stream is buffered and closed by the caller. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes {@code target}, replacing an older file only once every byte is on disk.
     *
     * @throws SomaException when the disk is full or the directory can't be written; no partial
     *     file stays behind
     */
    public static void write(Path target, Content content) {
        Path temporary = null;
        try {
            Path directory = target.toAbsolutePath().getParent();
            Files.createDirectories(directory);
            // Not createTempFile, whose files only their owner may read, also after the move.
            String unique = "." + target.getFileName() + "." + UUID.randomUUID() + ".tmp";
            temporary = directory.resolve(unique);
            try (OutputStream out =
                    new BufferedOutputStream(
                            Files.newOutputStream(
                                    temporary,
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE),
                            1 << 16)) {
                content.writeTo(out);
            }
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            temporary = null;
        } catch (IOException e) {
            throw new SomaException(target + ": cannot write: " + e.getMessage(), e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    /** Writes {@code text} as UTF-8, whole or not at all. */
    public static void writeString(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void deleteQuietly(Path temporary) {
        if (temporary == null) {
            return;
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The write has already failed with its own, more telling message.
            temporary.toFile().deleteOnExit();
        }
    }
}
