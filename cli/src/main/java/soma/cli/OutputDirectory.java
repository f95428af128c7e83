package soma.cli;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directories that commands write to. */
final class OutputDirectory {
    private OutputDirectory() {}

    /**
     * Makes a directory.
     *
     * @param mark file or folder that tells an earlier run; it stops a new one unless forced
     * @throws SomaException when there is a run already, or the directory can't be made
     */
    static void prepare(Path directory, String mark, boolean force) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new SomaException(directory + ": output: expected a directory, got a file");
        }
        if (!force && Files.exists(directory.resolve(mark))) {
            throw new SomaException(
                    directory
                            + ": output: expected no earlier results, got "
                            + mark
                            + "; --force replaces them");
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new SomaException(
                    directory + ": cannot make the directory: " + e.getMessage(), e);
        }
    }
}
