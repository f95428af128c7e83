package soma.infer;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run did.
 *
 * @param images images predicted
 * @param detections objects found in them, after {@code SOMA.POST}
 * @param failed images that could not be predicted
 * @param warnings why not, a line each, the first few
 * @param seconds from the first image to the last file
 * @param outputs files and folders written; none when interrupted
 * @param interrupted whether it was stopped before the last image; nothing is written then
 */
public record InferenceSummary(
        int images,
        long detections,
        int failed,
        List<String> warnings,
        double seconds,
        List<Path> outputs,
        boolean interrupted) {
    /** Copies the lists. */
    public InferenceSummary {
        warnings = List.copyOf(warnings);
        outputs = List.copyOf(outputs);
    }

    /** Images a second, reading and writing included. */
    public double imagesPerSecond() {
        return seconds > 0 ? images / seconds : 0;
    }
}
