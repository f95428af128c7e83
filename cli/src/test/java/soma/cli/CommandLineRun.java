package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a call of the program gave.
 *
 * @param status its exit status
 * @param out what it printed as results
 * @param err its error line
 */
record CommandLineRun(int status, String out, String err) {
    /** Runs the program in this JVM; arguments may be of any type. */
    static CommandLineRun of(Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Soma soma =
                new Soma(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        int status = soma.run(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new CommandLineRun(
                status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs the program, which must succeed, and returns what it printed. */
    static String output(Object... args) {
        CommandLineRun run = of(args);
        assertEquals(ExitStatus.DONE, run.status, run.err);
        assertEquals("", run.err);
        return run.out;
    }

    /** Runs the program, which must fail with one line, and returns the line. */
    static String error(int status, Object... args) {
        CommandLineRun run = of(args);
        assertEquals(status, run.status, run.err);
        assertTrue(run.err.startsWith("soma: "), run.err);
        assertEquals(1, run.err.lines().count(), run.err);
        return run.err.strip();
    }

    /** The folder of files that some machines have beside the repository. */
    static Path shared() {
        return Path.of(System.getProperty("soma.shared", "../../shared"));
    }
}
