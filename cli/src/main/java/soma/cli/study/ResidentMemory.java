package soma.cli.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that this process held since a moment; Linux alone tells. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String PEAK = "VmHWM:";

    private final boolean cleared;

    private ResidentMemory(boolean cleared) {
        this.cleared = cleared;
    }

    /** Begins to watch. */
    static ResidentMemory watch() {
        try {
            Files.writeString(CLEAR, "5"); // sets the peak to what is held now (man 5 proc)
            return new ResidentMemory(true);
        } catch (IOException e) {
            return new ResidentMemory(false);
        }
    }

    /** The peak since, in MiB; empty where the system can't tell. */
    OptionalLong peakMb() {
        if (!cleared) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
