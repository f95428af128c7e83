package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
        boolean any = false;
        any |= part("rle.json", () -> new RleParity(folder, report).run());
        any |= part("coco_eval", () -> new MetricParity(folder, report).cocoEvaluations());
        any |= part("metric.json", () -> new MetricParity(folder, report).competition());
        any |= part("ensemble_boxes.json", () -> new EnsembleParity(folder, report).run());
        any |= part("postprocess", () -> new PostprocessParity(folder, report).run());
        any |= part("images/expectations.json", () -> new HostileParity(folder, report).images());
        any |= part("hostile", () -> new HostileParity(folder, report).run());
        return any;
    }

    private boolean part(String name, Runnable check) {
        if (!Files.exists(folder.resolve(name))) {
            return false;
        }
        report.group("data/" + name);
        try {
            check.run();
        } catch (RuntimeException failure) {
            report.fails(name, "", String.valueOf(failure.getMessage()));
        }
        return true;
    }

    static double[] doubles(JsonNode array) {
        double[] out = new double[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.get(i).asDouble();
        }
        return out;
    }

    static int[] ints(JsonNode array) {
        int[] out = new int[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.get(i).asInt();
        }
        return out;
    }

    static List<String> texts(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(text -> out.add(text.asText()));
        return out;
    }
}
