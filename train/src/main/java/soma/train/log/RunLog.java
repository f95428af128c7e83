package soma.train.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** {@code log.txt}: what happened in a run, a line each, also told to the program's log. */
public final class RunLog {
    private static final Logger LOG = LoggerFactory.getLogger("soma.train");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final Path file;

    /** A log to append to; made by the first line. */
    public RunLog(Path file) {
        this.file = file;
    }

    /** Writes what is to be known. */
    public void info(String line) {
        LOG.info(line);
        append("", line);
    }

    /** Writes what is to be looked at. */
    public void warn(String line) {
        LOG.warn(line);
        append("warning: ", line);
    }

    /** Writes to the file alone, for lines that another listener shows. */
    public void note(String line) {
        append("", line);
    }

    private void append(String level, String line) {
        String text = LocalDateTime.now().format(TIME) + " " + level + line + "\n";
        try {
            Files.write(
                    file,
                    text.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new SomaException(file + ": cannot write: " + e.getMessage(), e);
        }
    }
}
