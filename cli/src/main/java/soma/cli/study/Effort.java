package soma.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a training has taken so far, over all the times that it was begun or resumed.
 *
 * @param finished whether it is at its end
 * @param seconds of all of them together
 * @param peakMb memory in MiB; NaN where the system can't tell
 */
record Effort(boolean finished, double seconds, double peakMb) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Nothing yet. */
    static final Effort NONE = new Effort(false, 0, 0);

    Effort plus(boolean end, double more, double peak) {
        return new Effort(end, seconds + more, Math.max(peakMb, peak));
    }

    static Effort read(Path file) {
        if (!Files.exists(file)) {
            return NONE;
        }
        try {
            JsonNode json = JSON.readTree(file.toFile());
            return new Effort(
                    json.path("finished").asBoolean(),
                    json.path("seconds").asDouble(),
                    json.path("peak_mb").asDouble(Double.NaN));
        } catch (IOException e) {
            throw new SomaException(file + ": training: expected what a study wrote, got less", e);
        }
    }

    void write(Path file) {
        ObjectNode json = JSON.createObjectNode();
        json.put("finished", finished).put("seconds", seconds);
        if (!Double.isNaN(peakMb)) {
            json.put("peak_mb", peakMb);
        }
        AtomicFiles.writeString(file, json.toPrettyString() + "\n");
    }
}
