package soma.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.nn.io.AtomicFiles;
import soma.parity.Parity;
import soma.parity.ParityReport;
import soma.parity.Row;
import soma.tensor.SomaException;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code soma parity}: holds Soma against recorded results of other libraries. */
@Command(
        name = "parity",
        description = {
            "Compare Soma with recorded results of detectron2, torchvision, PyTorch and"
                    + " pycocotools: tensor, shape, largest absolute and relative difference,"
                    + " tolerance, verdict.",
            "Prints a line for each group, and each row that is out of tolerance; status 1 if one"
                    + " is."
        },
        footer = {
            "",
            "Example:",
            "  soma parity ../shared/golden",
            "  soma parity ../shared/golden/models/r50 --all --only 'res|p2'"
        })
final class ParityCommand implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Parameters(
            paramLabel = "DIR",
            description =
                    "Fixtures: a folder with ops, models and data, or one of these, or one model.")
    private Path folder;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "Compare what has a match in \"group name\".")
    private Pattern only = Pattern.compile("");

    @Option(names = "--all", description = "Print every row.")
    private boolean all;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all rows there, too.")
    private Path json;

    @Override
    public void run() {
        ParityReport report =
                Parity.run(folder, common.openDevice(), name -> only.matcher(name).find());
        PrintWriter out = spec.commandLine().getOut();
        print(out, report);
        if (json != null) {
            AtomicFiles.writeString(json, json(report));
        }
        if (report.rows().isEmpty()) {
            throw new SomaException("--only " + only + ": expected a match, got none");
        }
        if (report.failures() > 0) {
            throw new SomaException(
                    "%s: parity: expected all %d rows in tolerance, got %d out of it"
                            .formatted(folder, report.rows().size(), report.failures()));
        }
    }

    private void print(PrintWriter out, ParityReport report) {
        String format = "%-44s %-22s %9s %9s %-11s %-4s %s%n";
        out.printf(format, "tensor", "shape", "max abs", "max rel", "tolerance", "", "");
        Map<String, List<Row>> groups =
                report.rows().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Row::group, LinkedHashMap::new, Collectors.toList()));
        groups.forEach(
                (group, rows) -> {
                    long failed = rows.stream().filter(Row::failed).count();
                    double worst =
                            rows.stream()
                                    .mapToDouble(Row::maxRelative)
                                    .filter(Double::isFinite)
                                    .max()
                                    .orElse(Double.NaN);
                    out.printf(
                            format,
                            group,
                            rows.size() + " rows",
                            "",
                            number(worst),
                            "",
                            failed == 0 ? "OK" : "FAIL",
                            failed == 0 ? "" : failed + " out of tolerance");
                    for (Row row : rows) {
                        if (all || row.verdict() != Row.Verdict.OK) {
                            out.printf(
                                    format,
                                    "  " + row.name(),
                                    row.shape(),
                                    number(row.maxAbsolute()),
                                    number(row.maxRelative()),
                                    row.tolerance(),
                                    row.verdict(),
                                    row.note());
                        }
                    }
                });
        long skipped = report.rows().stream().filter(r -> r.verdict() == Row.Verdict.SKIP).count();
        out.printf(
                "%d rows: %d in tolerance, %d out of it, %d of nothing that Soma has%n",
                report.rows().size(),
                report.rows().size() - report.failures() - skipped,
                report.failures(),
                skipped);
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.1e", value);
    }

    /** JSON has no other numbers: null. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static String json(ParityReport report) {
        ArrayNode rows = new ObjectMapper().createArrayNode();
        for (Row r : report.rows()) {
            rows.addObject()
                    .put("group", r.group())
                    .put("tensor", r.name())
                    .put("shape", r.shape())
                    .put("max_abs", finite(r.maxAbsolute()))
                    .put("max_rel", finite(r.maxRelative()))
                    .put("tolerance", r.tolerance())
                    .put("verdict", r.verdict().name())
                    .put("note", r.note());
        }
        return rows.toPrettyString() + "\n";
    }
}
