package soma.nn.io;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes folders of files, without folders in them, that appear whole or not at all: under a
 * temporary name beside the target first, then by one rename.
 */
public final class AtomicFolders {
    private AtomicFolders() {}

    /** Something that writes files into a folder and may fail. */
    @FunctionalInterface
    public interface Content {
        /** Writes all files into {@code folder}, which exists and is empty. */
        void writeTo(Path folder) throws IOException;
    }

    /**
     * Writes {@code target}, in place of an older folder of files only once every file is on disk.
     *
     * @throws SomaException when the disk is full or the place can't be written; the older folder
     *     is then as it was, and nothing else stays behind
     */
    public static void write(Path target, Content content) {
        Path absolute = resolved(target);
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new SomaException(
                    target + ": output: expected a folder below the root, got the root");
        }
        String hidden = "." + absolute.getFileName() + "." + UUID.randomUUID();
        Path fresh = parent.resolve(hidden + ".tmp");
        try {
            Files.createDirectories(parent);
            // Not createTempDirectory, whose folders only their owner may read, also when renamed.
            Files.createDirectory(fresh);
            content.writeTo(fresh);
            replace(absolute, fresh, parent.resolve(hidden + ".old"));
        } catch (IOException e) {
            throw new SomaException(target + ": cannot write: " + e.getMessage(), e);
        } finally {
            deleteQuietly(fresh);
        }
    }

    /** A link stays one: what is replaced is the folder that it leads to. */
    private static Path resolved(Path target) {
        try {
            return Files.exists(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
        } catch (IOException e) {
            throw new SomaException(target + ": cannot write: " + e.getMessage(), e);
        }
    }

    private static void replace(Path target, Path fresh, Path aside) throws IOException {
        boolean older = Files.exists(target);
        if (older) {
            Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (older) {
                Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        if (older) {
            delete(aside);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    /** Deletes what a failure has left; the failure itself has the more telling message. */
    private static void deleteQuietly(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            delete(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
