package soma.parity;

import java.nio.file.Path;

/** Formats and metrics of a {@code data} folder. */
final class DataParity {
    private final Path folder;
    private final ParityReport report;

    DataParity(Path folder, ParityReport report) {
        this.folder = folder;
        this.report = report;
    }

    /** Compares what there is; false if there is nothing. */
    boolean run() {
        return folder == null && report == null;
    }
}
