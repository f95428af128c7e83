package soma.parity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Formats and metrics of a {@code data} folder. */
final class DataParity {
    private static final Set<String> PARTS =
            Set.of(
                    "rle.json",
                    "coco_eval",
                    "metric.json",
                    "ensemble_boxes.json",
                    "postprocess",
                    "images",
                    "hostile");

    private static final String IMAGES = "images/expectations.json";

    /** The masks of {@code rle.json} that are kept as images. */
    private static final String MASK_IMAGES = "rle";

    private final Path folder;
    private final ParityReport report;
    private final UnknownParts unknown;

    DataParity(Path folder, ParityReport report, UnknownParts unknown) {
        this.folder = folder;
        this.report = report;
        this.unknown = unknown;
    }

    /** Whether a folder holds any of the parts, and isn't a root that has images beside others. */
    static boolean isHere(Path folder) {
        return PARTS.stream()
                .map(name -> name.equals("images") ? IMAGES : name)
                .anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    /** Compares what there is; false if there is nothing. */
    boolean run() {
        if (!isHere(folder)) {
            return false;
        }
        part("rle.json", () -> new RleParity(folder, report).run());
        part("coco_eval", () -> new MetricParity(folder, report).cocoEvaluations());
        part("metric.json", () -> new MetricParity(folder, report).competition());
        part("ensemble_boxes.json", () -> new EnsembleParity(folder, report).run());
        part("postprocess", () -> new PostprocessParity(folder, report).run());
        part(IMAGES, () -> new HostileParity(folder, report).images());
        part("hostile", () -> new HostileParity(folder, report).run());
        unknown.of(folder, name -> PARTS.contains(name) || name.equals(MASK_IMAGES));
        return true;
    }

    private void part(String name, Runnable check) {
        if (Files.exists(folder.resolve(name))) {
            report.group("data/" + name);
            report.guarded(name, check);
        }
    }
}
