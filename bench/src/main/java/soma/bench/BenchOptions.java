package soma.bench;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.Optional;

/** The options of every benchmark. */
final class BenchOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the rows to a file.")
    private Path json;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "Number of timed runs (default: 21 of a kernel, 7 of a model).")
    private Integer runs;

    @Option(
            names = "--cold",
            description =
                    "Empty a GPU's L2 cache before each timed call (default: warm, calls back to"
                            + " back).")
    private boolean cold;

    /** Whether a GPU's cache is emptied before each call. */
    boolean cold() {
        return cold;
    }

    Optional<Path> json() {
        return Optional.ofNullable(json);
    }

    /**
     * The number of timed runs; {@code usual} if none was given.
     *
     * @throws picocli.CommandLine.ParameterException unless it is positive
     */
    int runs(int usual) {
        return runs == null ? usual : Dimensions.positive(command, "--runs", runs);
    }
}
