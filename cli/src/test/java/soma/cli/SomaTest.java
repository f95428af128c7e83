package soma.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import soma.tensor.SomaException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

class SomaTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** A command that fails as it is told to. */
    @Command(name = "work", description = "Works.")
    static final class Work implements Callable<Integer> {
        private final Throwable failure;

        @Mixin private CommonOptions common;

        @Option(names = "--iou")
        private double iou;

        Work(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof Exception exception) {
                throw exception;
            }
            return common.threads() == 3 && iou == 0.5 ? ExitStatus.DONE : ExitStatus.INTERRUPTED;
        }
    }

    private int run(Throwable failure, String... args) {
        Soma soma =
                new Soma(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return soma.run(soma.commandLine(new Work(failure)), args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void versionIsThatOfTheBuild() throws IOException {
        assertEquals(ExitStatus.DONE, run(null, "--version"));
        assertTrue(out().startsWith("soma " + SomaVersion.number() + " (Java "), out());
        assertTrue(SomaVersion.number().matches("\\d+\\.\\d+\\.\\d+.*"), SomaVersion.number());
    }

    @Test
    void helpListsTheCommands() {
        assertEquals(ExitStatus.DONE, run(null, "--help"));
        assertTrue(out().contains("work"), out());
    }

    @Test
    void helpOfACommandListsTheCommonOptions() {
        assertEquals(ExitStatus.DONE, run(null, "work", "--help"));
        for (String option : List.of("--device", "--threads", "--seed", "--quiet", "--verbose")) {
            assertTrue(out().contains(option), option);
        }
    }

    @Test
    void commandDecidesOnItsStatus() {
        assertEquals(
                ExitStatus.DONE, run(null, "work", "--threads", "3", "--quiet", "--iou", "0.5"));
        assertEquals(ExitStatus.INTERRUPTED, run(null, "work", "--quiet"));
        assertEquals("", err());
    }

    static Stream<Arguments> wrongUsages() {
        return Stream.of(
                Arguments.of("", "expected a command, got none (see soma --help)"),
                Arguments.of("worc", "unexpected argument 'worc', did you mean work"),
                Arguments.of("work --thraeds 2", "unknown option '--thraeds', did you mean"),
                Arguments.of("work --threads 0", "expected a number from 1 to 99999, got '0'"),
                Arguments.of("work --threads x", "expected a number from 1 to 99999, got 'x'"),
                Arguments.of("work --device gpu", "emulator, got 'gpu' (see soma work --help)"),
                Arguments.of("work --iou high", "'high' is not a double"));
    }

    @ParameterizedTest
    @MethodSource("wrongUsages")
    void wrongUsageIsOneLine(String args, String expected) {
        int status = run(null, args.isEmpty() ? new String[0] : args.split(" ", -1));

        assertAll(
                () -> assertEquals(ExitStatus.USAGE, status),
                () -> assertTrue(err().startsWith("soma: "), err()),
                () -> assertTrue(err().contains(expected), err()),
                () -> assertEquals(1, err().lines().count(), err()),
                () -> assertEquals("", out()));
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        new SomaException("a.png: width: expected 704, got 3"),
                        "soma: a.png: width: expected 704, got 3"),
                Arguments.of(new SomaException("two\n  lines"), "soma: two; lines"),
                Arguments.of(
                        new UncheckedIOException(new NoSuchFileException("a.png")),
                        "soma: a.png: expected a file or directory, got none"),
                Arguments.of(new IOException("No space left on device"), "soma: No space left on"),
                Arguments.of(new OutOfMemoryError(), "soma: memory: the limit of "),
                Arguments.of(
                        new IllegalStateException("bug"),
                        "soma: internal error: java.lang.IllegalStateException: bug"),
                Arguments.of(new IllegalStateException(), "java.lang.IllegalStateException: no"),
                Arguments.of(new StackOverflowError(), "soma: internal error: "));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failureIsOneLineWithItsTraceOnlyWhenVerbose(Throwable failure, String expected) {
        assertEquals(ExitStatus.FAILED, run(failure, "work"));
        assertTrue(err().contains(expected), err());
        assertEquals(1, err().lines().count(), err());

        err.reset();
        assertEquals(ExitStatus.FAILED, run(failure, "work", "--verbose"));
        assertTrue(err().contains(expected), err());
        assertTrue(err().contains("\tat "), err());
        assertEquals("", out());
    }

    @Test
    void stopIsRequestedOnce() {
        try (StopSignal stop = new StopSignal()) {
            assertFalse(stop.requested());
            stop.request();
            assertTrue(stop.requested());
        }
    }
}
