package soma.train;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Fixtures that lie beside the repository on some machines; tests that need them are skipped
 * elsewhere.
 */
public final class SharedFiles {
    private SharedFiles() {}

    /** Returns an existing file or folder below the shared folder, or skips the running test. */
    public static Path require(String relative) {
        Path file = Path.of(System.getProperty("soma.shared", "../../shared"), relative);
        assumeTrue(Files.exists(file), () -> "skipped: " + file + " isn't on this machine");
        return file;
    }
}
