package soma.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import soma.tensor.Device;
import soma.tensor.cpu.Workers;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The options of every command: {@code @Mixin private CommonOptions common;}.
 *
 * <p>{@link Soma} sets up the logging by them before the command runs.
 */
public final class CommonOptions {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            converter = DeviceName.class,
            description = "auto, cpu, cpu-reference, cuda[:N] or emulator (default: auto).")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = ThreadCount.class,
            description = "Number of CPU threads (default: all cores).")
    private Integer threads;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random (default: that of the configuration).")
    private Long seed;

    @Option(names = "--quiet", description = "Only warnings and errors on stderr.")
    private boolean quiet;

    @Option(names = "--verbose", description = "Details on stderr; errors with their stack trace.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("unused") // for picocli alone
    private boolean help;

    /** Returns the device's name as given: {@code auto}, {@code cpu}, {@code cuda:1} and so on. */
    public String device() {
        return device;
    }

    /** Returns the number of threads to compute with, at least 1. */
    public int threads() {
        return threads != null ? threads : Runtime.getRuntime().availableProcessors();
    }

    /**
     * Sets the number of CPU threads, and returns the device to compute on.
     *
     * @throws soma.tensor.DeviceException if there is no such device, or it can't be used here
     */
    public Device openDevice() {
        if (threads != null) {
            Workers.setThreads(threads);
        }
        return Device.of(device);
    }

    /** Returns the seed if one was given. */
    public OptionalLong seed() {
        return seed != null ? OptionalLong.of(seed) : OptionalLong.empty();
    }

    /** Whether only warnings and errors are wanted. */
    public boolean quiet() {
        return quiet;
    }

    /** Whether details and stack traces are wanted. */
    public boolean verbose() {
        return verbose;
    }

    /** Whether a progress bar may be drawn: stderr is a terminal, and the user wants to see it. */
    public boolean progressBar() {
        // Java cannot tell for stderr alone, so the launcher does.
        return !quiet && Boolean.getBoolean("soma.terminal");
    }

    private static final class DeviceName implements ITypeConverter<String> {
        private static final Pattern NAMES =
                Pattern.compile("auto|cpu|cpu-reference|cuda(:\\d{1,3})?|emulator");

        @Override
        public String convert(String value) {
            if (!NAMES.matcher(value).matches()) {
                throw new TypeConversionException(
                        "expected auto, cpu, cpu-reference, cuda, cuda:N or emulator, got '"
                                + value
                                + "'");
            }
            return value;
        }
    }

    private static final class ThreadCount implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (!value.matches("[1-9]\\d{0,4}")) {
                throw new TypeConversionException(
                        "expected a number from 1 to 99999, got '" + value + "'");
            }
            return Integer.valueOf(value);
        }
    }
}
