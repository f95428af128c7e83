package soma.cli.study;

import soma.cli.report.Html;
import soma.cli.report.LearningCurves;
import soma.cli.report.chart.BarChart;
import soma.cli.report.chart.BarChart.Bar;
import soma.maskrcnn.eval.BootstrapInterval;
import soma.maskrcnn.eval.FixedPoint;
import soma.nn.io.AtomicFiles;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of a study as {@code table.md}, {@code table.csv} and {@code report.html}. */
final class StudyReport {
    private static final List<String> HEAD =
            List.of(
                    "variant",
                    "score",
                    "95 % low",
                    "95 % high",
                    "difference",
                    "95 % low of it",
                    "95 % high of it",
                    "p",
                    "mask AP",
                    "training s",
                    "inference s/image",
                    "peak MiB");
    private static final int WIDTH = 760;

    private final Study study;
    private final StudyPlan plan;
    private final List<Row> rows = new ArrayList<>();

    /** A variant's figures; no comparison for the base line, or before that is done. */
    private record Row(
            Variant variant,
            VariantResult result,
            BootstrapInterval score,
            Comparison comparison) {}

    /**
     * The table of the variants that are done.
     *
     * @param results by name
     */
    StudyReport(Study study, StudyPlan plan, Map<String, VariantResult> results) {
        this.study = study;
        this.plan = plan;
        Variant first = study.variants().getFirst();
        VariantResult base = results.get(first.name());
        for (Variant v : study.variants()) {
            VariantResult r = results.get(v.name());
            if (r != null) {
                boolean compared = base != null && !v.name().equals(first.name());
                rows.add(
                        new Row(
                                v,
                                r,
                                BootstrapInterval.ofMean(r.scores(), study.seed()),
                                compared
                                        ? Comparison.of(r.scores(), base.scores(), study.seed())
                                        : null));
            }
        }
    }

    /**
     * Writes the three files.
     *
     * @return the Markdown
     */
    String write(Path folder) {
        String markdown = markdown();
        AtomicFiles.writeString(folder.resolve("table.md"), markdown);
        AtomicFiles.writeString(folder.resolve("table.csv"), csv());
        AtomicFiles.writeString(folder.resolve("report.html"), html());
        return markdown;
    }

    private static List<String> cells(Row row) {
        List<String> cells = new ArrayList<>(List.of(row.variant.name()));
        addInterval(cells, row.score);
        if (row.comparison == null) {
            cells.addAll(List.of("", "", "", ""));
        } else {
            addInterval(cells, row.comparison.difference());
            cells.add(number(row.comparison.p(), 4));
        }
        cells.add(number(row.result.maskAp(), 4));
        cells.add(number(row.result.trainSeconds(), 1));
        cells.add(number(row.result.inferSeconds(), 3));
        cells.add(number(row.result.peakMb(), 0));
        return cells;
    }

    private static void addInterval(List<String> cells, BootstrapInterval interval) {
        cells.add(number(interval.mean(), 4));
        cells.add(number(interval.low(), 4));
        cells.add(number(interval.high(), 4));
    }

    private static String number(double value, int digits) {
        return Double.isFinite(value) ? FixedPoint.format(value, digits) : "";
    }

    private String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| ").append(String.join(" | ", HEAD)).append(" |\n|---|");
        text.append("---:|".repeat(HEAD.size() - 1)).append('\n');
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(cells(row));
            cells.set(0, cells.getFirst().replace("|", "\\|"));
            text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
        return text.toString();
    }

    private String csv() {
        StringBuilder text = new StringBuilder(String.join(",", HEAD)).append('\n');
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(cells(row));
            cells.set(0, '"' + cells.getFirst().replace("\"", "\"\"") + '"');
            text.append(String.join(",", cells)).append('\n');
        }
        return text.toString();
    }

    private String html() {
        List<Bar> scores = new ArrayList<>();
        List<Bar> differences = new ArrayList<>();
        StringBuilder curves = new StringBuilder();
        for (Row row : rows) {
            String name = row.variant.name();
            scores.add(bar(name, row.score));
            if (row.comparison != null) {
                differences.add(bar(name, row.comparison.difference()));
            }
            Path metrics = plan.run(row.variant).resolve("metrics.json");
            if (Files.exists(metrics)) {
                curves.append("<h3>%s</h3>%n".formatted(Html.escaped(name)));
                curves.append(LearningCurves.svg(metrics));
            }
        }
        String base = study.variants().getFirst().name();
        Map<String, String> values =
                Map.of(
                        "source",
                        Html.escaped(study.source()),
                        "base",
                        Html.escaped(base),
                        "images",
                        String.valueOf(rows.getFirst().result.perImage().size()),
                        "tuned",
                        tunedNote(),
                        "table",
                        Html.table(HEAD, rows.stream().map(StudyReport::cells).toList()),
                        "scores",
                        new BarChart("Score of each variant", "score", scores).toSvg(WIDTH),
                        "differences",
                        differences.isEmpty()
                                ? ""
                                : new BarChart(
                                                "Difference to " + base,
                                                "difference of the score",
                                                differences)
                                        .toSvg(WIDTH),
                        "curves",
                        curves.toString());
        return Html.page("Soma: a study", Html.filled(StudyReport.class, "report.html", values));
    }

    private String tunedNote() {
        String names =
                rows.stream()
                        .map(Row::variant)
                        .filter(Variant::tune)
                        .map(v -> "<b>" + Html.escaped(v.name()) + "</b>")
                        .collect(Collectors.joining(", "));
        return names.isEmpty()
                ? ""
                : "Tuned: " + names + ", each image by settings that were found on the others.";
    }

    private static Bar bar(String name, BootstrapInterval interval) {
        return new Bar(name, interval.mean(), interval.low(), interval.high());
    }
}
