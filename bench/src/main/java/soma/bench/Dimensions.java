package soma.bench;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import java.util.Arrays;
import java.util.Optional;

/** Numbers with an x between them, as on the command line. */
final class Dimensions {
    private Dimensions() {}

    /**
     * The value of an option, null if it wasn't given.
     *
     * @throws ParameterException unless it is positive
     */
    static Integer positive(CommandSpec spec, String option, Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(
                    spec.commandLine(), option + ": expected a positive number, got " + value);
        }
        return value;
    }

    /** The {@code count} positive numbers of {@code text}; empty if it is not of that form. */
    static Optional<int[]> parse(String text, int count) {
        if (!text.matches("[1-9]\\d{0,6}(x[1-9]\\d{0,6}){" + (count - 1) + "}")) {
            return Optional.empty();
        }
        return Optional.of(
                Arrays.stream(text.split("x", -1)).mapToInt(Integer::parseInt).toArray());
    }
}
