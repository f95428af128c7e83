package soma.maskrcnn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Fixtures and images that lie beside the repository on some machines; tests that need them are
 * skipped elsewhere.
 */
public final class SharedFiles {
    private SharedFiles() {}

    /** Returns an existing file or folder below the shared folder, or skips the running test. */
    public static Path require(String relative) {
        Path file = Path.of(System.getProperty("soma.shared", "../../shared"), relative);
        assumeTrue(Files.exists(file), () -> "skipped: " + file + " isn't on this machine");
        return file;
    }

    /** Returns a parsed JSON file below the shared folder, or skips the running test. */
    public static JsonNode json(String relative) {
        try {
            return new ObjectMapper().readTree(require(relative).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
