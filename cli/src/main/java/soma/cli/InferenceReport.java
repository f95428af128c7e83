package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.infer.InferenceSummary;

import java.io.PrintWriter;
import java.util.Locale;

/** What commands say of the images that are done, and of a run that has ended. */
final class InferenceReport {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    private InferenceReport() {}

    /** Logs an image that is done. */
    static void progress(int done, int total, String id, int objects) {
        if (objects >= 0) {
            LOG.info("{}/{} {}: {} objects", done, total, id, objects);
        }
    }

    /** Warns of what went wrong, prints the rest, and returns the {@link ExitStatus}. */
    static int print(InferenceSummary summary, PrintWriter out) {
        summary.warnings().forEach(LOG::warn);
        if (summary.failed() > 0) {
            LOG.warn("{} images could not be predicted", summary.failed());
        }
        if (summary.interrupted()) {
            LOG.warn("interrupted: nothing was written");
            return ExitStatus.INTERRUPTED;
        }
        out.printf(
                Locale.ROOT,
                "%d images, %d objects, %.1f s (%.2f images/s)%n",
                summary.images(),
                summary.detections(),
                summary.seconds(),
                summary.imagesPerSecond());
        summary.outputs().forEach(out::println);
        return ExitStatus.DONE;
    }
}
