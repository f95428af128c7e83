package soma.cuda.library;

import soma.tensor.DeviceException;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/**
 * The algorithms that were chosen on a GPU, kept between runs in {@code
 * cudnn-algorithms.properties} of the user's cache folder. Keys begin with the GPU's name. The file
 * is written whole; of two programs that write at once, the last one's stays. One that can't be
 * read or written costs a warning and the time to choose again.
 */
public final class CudnnAlgorithms {
    /** The file's count of algorithms, by which one that was cut off is known. */
    private static final String COUNT = "algorithms";

    private static final System.Logger LOGGER = System.getLogger(CudnnAlgorithms.class.getName());

    private final Path file;
    private final String gpu;
    private final Properties algorithms = new Properties();
    private boolean writable = true;

    /** Reads the file of a folder, if there is one. */
    public CudnnAlgorithms(Path folder, String gpu) {
        this.file = folder.resolve("cudnn-algorithms.properties");
        this.gpu = gpu;
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Properties read = new Properties();
            read.load(reader);
            requireWhole(read);
            algorithms.putAll(read);
        } catch (NoSuchFileException _) {
            // The first run.
        } catch (IOException | IllegalArgumentException | DeviceException e) {
            LOGGER.log(
                    Level.WARNING,
                    file + ": not read, algorithms are chosen again: " + e.getMessage());
        }
    }

    /** The user's cache folder for Soma. */
    public static Path userFolder() {
        String given = System.getenv("XDG_CACHE_HOME");
        if (given != null && !given.isEmpty()) {
            return Path.of(given, "soma");
        }
        boolean windows =
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        Path home = Path.of(System.getProperty("user.home"));
        return home.resolve(windows ? "AppData/Local/soma/cache" : ".cache/soma");
    }

    private static void requireWhole(Properties read) {
        for (String key : read.stringPropertyNames()) {
            if (!read.getProperty(key).matches("[0-9]{1,4}")) {
                throw new DeviceException(
                        key + ": expected a number, got " + read.getProperty(key));
            }
        }
        String count = read.getProperty(COUNT, "none");
        if (!count.equals(Integer.toString(read.size() - 1))) {
            throw new DeviceException(
                    COUNT + ": expected " + (read.size() - 1) + ", the lines below, got " + count);
        }
    }

    /** What was kept for a case. */
    synchronized Optional<Integer> find(String key) {
        return Optional.ofNullable(algorithms.getProperty(gpu + " " + key)).map(Integer::valueOf);
    }

    /** Keeps an algorithm, in the file too. */
    synchronized void keep(String key, int algorithm) {
        String value = Integer.toString(algorithm);
        if (value.equals(algorithms.setProperty(gpu + " " + key, value)) || !writable) {
            return;
        }
        algorithms.remove(COUNT);
        algorithms.setProperty(COUNT, Integer.toString(algorithms.size()));
        try {
            write();
        } catch (IOException e) {
            writable = false;
            LOGGER.log(
                    Level.WARNING,
                    file + ": not written, algorithms are not kept: " + e.getMessage());
        }
    }

    private void write() throws IOException {
        Files.createDirectories(file.getParent());
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            try (Writer writer = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
                algorithms.store(writer, "Algorithms of cuDNN; may be deleted");
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
