package soma.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import soma.cli.report.chart.Chart;
import soma.cli.report.chart.LineChart;
import soma.cli.report.chart.LineChart.Series;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Charts of a run's {@code metrics.json}: the losses, and the figures of the evaluations. */
public final class LearningCurves {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 300;

    /** The name of each loss in the file, and in words. */
    private static final Map<String, String> LOSSES = new LinkedHashMap<>();

    private static final Map<String, String> FIGURES = new LinkedHashMap<>();

    static {
        LOSSES.put("total_loss", "sum");
        LOSSES.put("loss_mask", "outlines");
        LOSSES.put("loss_box_reg", "boxes");
        LOSSES.put("loss_cls", "classes");
        LOSSES.put("loss_rpn_cls", "candidates");
        LOSSES.put("loss_rpn_loc", "candidate boxes");
        FIGURES.put("sartorius/score", "competition score");
        FIGURES.put("segm/AP", "masks (AP)");
        FIGURES.put("segm/AP50", "masks, lenient (AP50)");
        FIGURES.put("bbox/AP", "boxes (AP)");
    }

    private LearningCurves() {}

    /**
     * Draws the curves of a run.
     *
     * @param metrics the file
     * @return an SVG document: the losses, and below them the evaluations if there was more than
     *     one
     * @throws SomaException when the file can't be read
     */
    public static String svg(Path metrics) {
        List<JsonNode> lines = read(metrics);
        List<LineChart> charts = new ArrayList<>();
        charts.add(
                new LineChart(
                        "What is still wrong on the training images (losses, lower is better)",
                        "training step",
                        "loss",
                        series(lines, LOSSES)));
        List<Series> figures = series(lines, FIGURES);
        if (figures.stream().anyMatch(line -> line.x().length > 1)) {
            charts.add(
                    new LineChart(
                            "How well held-out images are done (higher is better)",
                            "training step",
                            "figure, 0 to 1",
                            figures));
        }
        return Chart.stack(charts, WIDTH, HEIGHT);
    }

    private static List<JsonNode> read(Path metrics) {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(metrics)) {
                if (!line.isBlank()) {
                    lines.add(json.readTree(line));
                }
            }
        } catch (IOException e) {
            throw new SomaException(metrics + ": cannot read: " + e.getMessage(), e);
        }
        return lines;
    }

    private static List<Series> series(List<JsonNode> lines, Map<String, String> names) {
        List<Series> series = new ArrayList<>();
        names.forEach(
                (key, name) -> {
                    List<JsonNode> having =
                            lines.stream().filter(line -> line.path(key).isNumber()).toList();
                    if (!having.isEmpty()) {
                        series.add(
                                new Series(name, values(having, "iteration"), values(having, key)));
                    }
                });
        return series;
    }

    private static double[] values(List<JsonNode> lines, String key) {
        return lines.stream().mapToDouble(line -> line.path(key).asDouble(Double.NaN)).toArray();
    }
}
