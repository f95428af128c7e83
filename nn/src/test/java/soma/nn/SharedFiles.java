package soma.nn;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;

/** The golden fixtures beside the repository; tests are skipped where they are absent. */
public final class SharedFiles {
    private SharedFiles() {}

    /** A file or folder under the folder that the system property {@code soma.shared} names. */
    public static Path require(String relative) {
        Path path = Path.of(System.getProperty("soma.shared", "../../shared")).resolve(relative);
        Assumptions.assumeTrue(Files.exists(path), () -> "no golden fixture " + path);
        return path;
    }
}
