package soma.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The command line: the list of commands, and the policy of exit statuses and error lines that all
 * of them share.
 *
 * <p>A command returns normally when it is done and throws when it failed. Results go to stdout; an
 * error is one line on stderr that starts with {@code soma: }.
 */
public final class Soma {
    private final PrintWriter out;
    private final PrintWriter err;

    /** Creates a command line that writes results to {@code out} and errors to {@code err}. */
    public Soma(PrintStream out, PrintStream err) {
        this.out = new PrintWriter(out, true, StandardCharsets.UTF_8);
        this.err = new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    /** Returns new objects of this module's commands, in the order of {@code soma --help}. */
    private static List<Object> commands() {
        return List.of(
                new DemoCommand(),
                new ShowCommand(),
                new TrainCommand(),
                new InferCommand(),
                new EnsembleCommand(),
                new EvalCommand(),
                new StudyCommand(),
                new TuneCommand(),
                new TraceCommand(),
                new ConvertCommand(),
                new InspectCommand(),
                new ParityCommand(),
                new DoctorCommand());
    }

    /** Runs one command and returns its {@link ExitStatus}; throws nothing. */
    public int run(String... args) {
        return run(commandLine(), args);
    }

    /** Runs {@code args} on a command line that {@link #commandLine} made. */
    int run(CommandLine commandLine, String... args) {
        try {
            int status = commandLine.execute(args);
            out.flush();
            return status;
        } catch (Throwable t) { // picocli handles exceptions, not errors such as OutOfMemoryError
            return failed(t, commandLine.getParseResult());
        }
    }

    /** Returns the root command with all commands, and {@code more}, below it. */
    CommandLine commandLine(Object... more) {
        CommandLine commandLine = new CommandLine(new RootCommand());
        commands().forEach(commandLine::addSubcommand);
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            commandLine.addSubcommand(provider.command());
        }
        for (Object command : more) {
            commandLine.addSubcommand(command);
        }
        return commandLine // what is set here holds for the commands added so far
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Soma::execute)
                .setParameterExceptionHandler((e, args) -> wrongUsage(e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, parsed));
    }

    private static int execute(ParseResult parsed) {
        for (ParseResult p = parsed; p != null; p = p.subcommand()) {
            CommonOptions common = commonOptions(p);
            if (common != null && !p.isUsageHelpRequested()) {
                Logging.configure(common);
            }
        }
        return new RunLast().execute(parsed);
    }

    private int wrongUsage(ParameterException e) {
        StringBuilder line = new StringBuilder("soma: ");
        if (e instanceof UnmatchedArgumentException unmatched) {
            String argument = unmatched.getUnmatched().getFirst();
            line.append(unmatched.isUnknownOption() ? "unknown option '" : "unexpected argument '")
                    .append(argument)
                    .append('\'');
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                line.append(", did you mean ").append(String.join(" or ", suggestions)).append('?');
            }
        } else {
            line.append(ErrorLine.singleLine(e));
        }
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        err.println(line.append(" (see ").append(spec.qualifiedName()).append(" --help)"));
        return ExitStatus.USAGE;
    }

    private int failed(Throwable t, ParseResult parsed) {
        out.flush();
        err.println("soma: " + ErrorLine.of(t));
        if (isVerbose(parsed)) {
            t.printStackTrace(err);
        }
        return ExitStatus.FAILED;
    }

    private static boolean isVerbose(ParseResult parsed) {
        for (ParseResult p = parsed; p != null; p = p.subcommand()) {
            CommonOptions common = commonOptions(p);
            if (common != null && common.verbose()) {
                return true;
            }
        }
        return false;
    }

    private static CommonOptions commonOptions(ParseResult parsed) {
        for (CommandSpec mixin : parsed.commandSpec().mixins().values()) {
            if (mixin.userObject() instanceof CommonOptions common) {
                return common;
            }
        }
        return null;
    }
}
