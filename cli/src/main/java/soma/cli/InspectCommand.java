package soma.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.inspect.Spectrum;
import soma.cli.inspect.TensorDifference;
import soma.cli.inspect.TensorStatistics;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.nn.io.AtomicFiles;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code soma inspect}: what a weights file holds. */
@Command(
        name = "inspect",
        description = {
            "List the tensors of a weights file with their types, shapes, statistics and spectra"
                    + " (singular values of [first dimension, all others]); with two files, how"
                    + " they differ."
        },
        footer = {
            "",
            "Example:",
            "  soma inspect model_final.pth",
            "  soma inspect before.safetensors after.safetensors"
        })
final class InspectCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin
    @SuppressWarnings("unused") // for picocli alone
    private CommonOptions common;

    @Parameters(
            arity = "1..2",
            paramLabel = "WEIGHTS",
            description = "A .pth, .pkl or .safetensors file; a second one is compared with it.")
    private List<Path> files;

    @Option(
            names = "--spectra-up-to",
            paramLabel = "N",
            defaultValue = "512",
            converter = Count.class,
            description =
                    "Compute the spectra of matrices whose smaller side is at most N (default: 512;"
                            + " 0: none).")
    private int spectraUpTo;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there, too.")
    private Path json;

    private final ObjectNode report = new ObjectMapper().createObjectNode();

    @Override
    public void run() {
        StateDict first = Checkpoints.read(files.getFirst());
        if (files.size() == 1) {
            describe(first);
        } else {
            compare(first, Checkpoints.read(files.getLast()));
        }
        if (json != null) {
            AtomicFiles.writeString(json, report.toPrettyString() + "\n");
        }
    }

    /** What one tensor's row shows. */
    private record Row(
            String name, HostTensor tensor, TensorStatistics statistics, Spectrum spectrum) {}

    private void describe(StateDict dict) {
        List<Row> rows = new ArrayList<>();
        dict.tensors().entrySet().parallelStream()
                .map(e -> row(e.getKey(), e.getValue()))
                .forEachOrdered(rows::add);
        PrintWriter out = spec.commandLine().getOut();
        int width = dict.names().stream().mapToInt(String::length).max().orElse(0);
        String format = "%-" + width + "s  %-7s %-18s %11s %11s %11s %11s %11s %8s %10s %10s %8s%n";
        out.printf(
                format,
                "name",
                "type",
                "shape",
                "min",
                "max",
                "mean",
                "std",
                "l2",
                "zeros",
                "sv max",
                "sv min",
                "eff.rank");
        for (Row r : rows) {
            TensorStatistics s = r.statistics;
            Spectrum v = r.spectrum;
            out.printf(
                    format,
                    r.name,
                    r.tensor.type(),
                    r.tensor.shape(),
                    number(s.min()),
                    number(s.max()),
                    number(s.mean()),
                    number(s.std()),
                    number(s.l2()),
                    s.zeros(),
                    v == null ? "" : number(v.largest()),
                    v == null ? "" : number(v.smallest()),
                    v == null ? "" : String.format(Locale.ROOT, "%.1f", v.effectiveRank()));
            if (s.notFinite() > 0) {
                out.printf("  %s: %d elements are not finite%n", r.name, s.notFinite());
            }
            addRow(r);
        }
        long elements = dict.tensors().values().stream().mapToLong(HostTensor::size).sum();
        long bytes = dict.tensors().values().stream().mapToLong(t -> t.data().byteSize()).sum();
        out.printf(
                Locale.ROOT, "%d tensors, %,d elements, %,d bytes%n", dict.size(), elements, bytes);
        dict.metadata().forEach((key, value) -> out.printf("metadata %s: %s%n", key, value));
        report.put("tensor_count", dict.size()).put("elements", elements).put("bytes", bytes);
    }

    private Row row(String name, HostTensor t) {
        TensorStatistics statistics = TensorStatistics.of(t);
        boolean spectrum = Spectrum.fits(t, spectraUpTo) && statistics.notFinite() == 0;
        return new Row(name, t, statistics, spectrum ? Spectrum.of(t) : null);
    }

    private void addRow(Row r) {
        TensorStatistics s = r.statistics;
        ObjectNode node = entry(r.name, r.tensor);
        node.put("min", s.min()).put("max", s.max()).put("mean", s.mean()).put("std", s.std());
        node.put("l2", s.l2()).put("zeros", s.zeros()).put("not_finite", s.notFinite());
        if (r.spectrum != null) {
            var values = node.putArray("singular_values");
            for (double v : r.spectrum.values()) {
                values.add(v);
            }
            node.put("stable_rank", r.spectrum.stableRank());
            node.put("effective_rank", r.spectrum.effectiveRank());
        }
    }

    private ObjectNode entry(String name, HostTensor t) {
        ObjectNode node = report.withObject("/tensors").putObject(name);
        node.put("dtype", t.type().name());
        var shape = node.putArray("shape");
        for (int extent : t.shape().dims()) {
            shape.add(extent);
        }
        return node;
    }

    private void compare(StateDict first, StateDict second) {
        PrintWriter out = spec.commandLine().getOut();
        Set<String> names = new LinkedHashSet<>(first.names());
        names.addAll(second.names());
        int identical = 0;
        int different = 0;
        for (String name : names) {
            HostTensor a = first.get(name);
            HostTensor b = second.get(name);
            if (a == null || b == null) {
                different++;
                Path only = files.get(a == null ? 1 : 0);
                out.printf("%s: only in %s: %s%n", name, only, a == null ? b : a);
                entry(name, a == null ? b : a).put("only_in", only.toString());
            } else if (!a.shape().equals(b.shape())) {
                different++;
                out.printf("%s: %s and %s%n", name, a, b);
                entry(name, a).put("other", b.toString());
            } else {
                TensorDifference d = TensorDifference.of(a, b);
                ObjectNode node = entry(name, a).put("identical", d.identical());
                node.put("max_abs", d.maxAbsolute()).put("relative_l2", d.relativeL2());
                identical += d.identical() ? 1 : 0;
                if (!d.identical()) {
                    different++;
                    out.printf(
                            "%s: %s: largest difference %s, relative L2 %s, %d of %d elements%n",
                            name,
                            a.type() == b.type() ? a : a + " and " + b,
                            number(d.maxAbsolute()),
                            number(d.relativeL2()),
                            d.changed(),
                            a.size());
                }
            }
        }
        out.printf("%d tensors identical, %d different%n", identical, different);
        report.put("identical", identical).put("different", different);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
