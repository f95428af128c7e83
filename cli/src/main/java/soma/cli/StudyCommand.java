package soma.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.study.StudyRun;
import soma.train.log.BarProgress;
import soma.train.log.LineProgress;
import soma.train.log.ProgressListener;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code soma study}: runs and compares variants of a method. */
@Command(
        name = "study",
        description = {
            "Train, infer and score variants of a method, and compare them with the first, the base"
                    + " line. Ctrl-C finishes the step and saves; the same command goes on."
        },
        footer = {
            "",
            "FILE is YAML: data (drawn cells or a data set), and variants that train, take over a",
            "base, or fuse others; docs/method.md has the keys, docs/studies examples.",
            "Writes into DIR: table.md, table.csv, report.html, and a folder for each variant.",
            "Example:",
            "  soma study docs/studies/drawn.yaml --out study"
        })
final class StudyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "FILE", description = "The variants.")
    private Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the results, also of those that are finished already.")
    private Path out;

    @Option(names = "--force", description = "Do again what DIR holds of an earlier study.")
    private boolean force;

    @Override
    public Integer call() {
        StudyRun study =
                new StudyRun(
                        file,
                        out,
                        common.openDevice(),
                        spec.commandLine().getParent().getParseResult().originalArgs(),
                        force);
        try (StopSignal stop = new StopSignal();
                ProgressListener progress =
                        common.progressBar() ? new BarProgress() : new LineProgress()) {
            Optional<String> table = study.run(progress, stop::requested);
            table.ifPresent(text -> spec.commandLine().getOut().print(text));
            return table.isPresent() ? ExitStatus.DONE : ExitStatus.INTERRUPTED;
        }
    }
}
