package soma.parity;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Names what a folder holds that nothing compares, so that it isn't taken for compared. */
final class UnknownParts {
    private static final String GROUP = "unknown parts";

    private final Path root;
    private final ParityReport report;

    /** Names paths relative to the folder that is compared. */
    UnknownParts(Path root, ParityReport report) {
        this.root = root;
        this.report = report;
    }

    /** A row for each entry of a folder but the known ones, documents and scripts. */
    void of(Path folder, Set<String> known) {
        of(folder, known::contains);
    }

    void of(Path folder, Predicate<String> known) {
        report.group(GROUP);
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            if (!known.test(name) && !isAside(name)) {
                String relative = root.relativize(entry).toString().replace('\\', '/');
                report.skips(relative, "nothing that this harness knows");
            }
        }
    }

    /** What comes with fixtures and holds no results. */
    private static boolean isAside(String name) {
        return name.startsWith(".")
                || name.equals("__pycache__")
                || name.endsWith(".md")
                || name.endsWith(".py");
    }

    /** What a folder holds, by name. */
    static List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new SomaException(folder + ": cannot list: " + e.getMessage(), e);
        }
    }
}
