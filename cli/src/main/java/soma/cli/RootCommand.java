package soma.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code soma} itself: it only has commands. */
@Command(
        name = "soma",
        description = "Mask R-CNN for cell images, in Java.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = SomaVersion.class,
        footer = {"", "`soma COMMAND --help` explains a command."})
final class RootCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("unused") // for picocli alone
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    @SuppressWarnings("unused") // for picocli alone
    private boolean version;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command, got none");
    }
}
