package soma.infer;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Files of a run, written beside the output directory and moved into it once all are whole. Closing
 * without {@link #commit} leaves nothing behind.
 */
final class StagedOutput implements AutoCloseable {
    private final Path target;
    private final List<String> entries;
    private final Path stage;

    private StagedOutput(Path target, List<String> entries, Path stage) {
        this.target = target;
        this.entries = entries;
        this.stage = stage;
    }

    /**
     * Prepares a directory.
     *
     * @param entries files and folders that a run may write
     * @param force whether those of an earlier run may be replaced
     * @throws SomaException when the directory holds an earlier run, or can't be written to
     */
    static StagedOutput open(Path target, List<String> entries, boolean force) {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new SomaException(target + ": output: expected a directory, got a file");
        }
        for (String entry : entries) {
            if (!force && Files.exists(target.resolve(entry))) {
                throw new SomaException(
                        target
                                + ": output: expected no earlier results, got "
                                + entry
                                + "; --force replaces it");
            }
        }
        try {
            Path parent = target.toAbsolutePath().normalize().getParent();
            if (parent == null) {
                throw new SomaException(target + ": output: expected a directory below the root");
            }
            Files.createDirectories(parent);
            Path stage = Files.createTempDirectory(parent, "." + target.getFileName() + ".");
            return new StagedOutput(target, entries, stage);
        } catch (IOException e) {
            throw new SomaException(target + ": cannot write: " + e.getMessage(), e);
        }
    }

    /** Where to write an entry until it is committed. */
    Path path(String entry) {
        return stage.resolve(entry);
    }

    /** Moves everything into the directory, in place of what an earlier run left there. */
    void commit() {
        try {
            Files.createDirectories(target);
            for (String entry : entries) {
                Path from = stage.resolve(entry);
                Path to = target.resolve(entry);
                delete(to);
                if (Files.exists(from)) {
                    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw new SomaException(target + ": cannot write: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            delete(stage);
        } catch (IOException e) {
            throw new SomaException(stage + ": cannot delete: " + e.getMessage(), e);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                tree,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path folder, IOException failure)
                            throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
