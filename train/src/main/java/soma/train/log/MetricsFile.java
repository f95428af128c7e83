package soma.train.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * {@code metrics.json}: one JSON object a line, with {@code iteration} (from 0) first. What is not
 * a finite number is left out, since JSON has none.
 */
public final class MetricsFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    /** A file to append to; made by the first line. */
    public MetricsFile(Path file) {
        this.file = file;
    }

    /** Appends a line, at once. */
    public void append(long iteration, Map<String, Double> values) {
        ObjectNode line = JSON.createObjectNode();
        line.put("iteration", iteration);
        values.forEach(
                (name, value) -> {
                    if (Double.isFinite(value)) {
                        line.put(name, value);
                    }
                });
        try {
            Files.write(
                    file,
                    (line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new SomaException(file + ": cannot write: " + e.getMessage(), e);
        }
    }

    /** Drops the lines of {@code iteration} and later ones, and a last line that was cut off. */
    public void truncateFrom(long iteration) {
        if (!Files.exists(file)) {
            return;
        }
        StringBuilder kept = new StringBuilder();
        try {
            for (String line : Files.readAllLines(file)) {
                if (iterationOf(line) < iteration) {
                    kept.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
        AtomicFiles.writeString(file, kept.toString());
    }

    private static long iterationOf(String line) {
        try {
            return JSON.readTree(line).path("iteration").asLong(Long.MAX_VALUE);
        } catch (JsonProcessingException e) {
            // A line that the end of a killed process cut off.
            return Long.MAX_VALUE;
        }
    }
}
