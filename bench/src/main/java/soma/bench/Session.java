package soma.bench;

import com.fasterxml.jackson.databind.ObjectMapper;

import soma.cli.CommonOptions;
import soma.nn.io.AtomicFiles;
import soma.tensor.Device;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.Instruments;
import soma.tensor.spi.Instruments.KernelCount;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One call of {@code bench}: the machine, the rows as they come, and the file at the end. */
final class Session {
    private static final String LINE = "%-36s %-22s %10s %10s %10s %9s %7s %8s %7s%n";

    private final Device device;
    private final Machine machine;
    private final Clock clock;
    private final Optional<Instruments> emulator;
    private final PrintWriter out;
    private final Optional<Path> json;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    private Session(Device device, PrintWriter out, BenchOptions options) {
        this.device = device;
        this.machine = Machine.measure(device);
        this.clock = Clock.of(device, options.cold());
        this.emulator = device.backend().instruments().filter(Instruments::isEmulated);
        this.out = out;
        this.json = options.json();
    }

    /** Sets the threads, measures the peaks and prints the head of the table. */
    static Session open(CommonOptions common, BenchOptions options, PrintWriter out) {
        Workers.setThreads(common.threads());
        Session session = new Session(Device.of(common.device()), out, options);
        session.head();
        if (session.isEmulated()) {
            session.note(
                    "emulated: each case runs once, small where no size is given; counts tell"
                            + " something, times do not");
        }
        return session;
    }

    private void head() {
        out.printf(
                Locale.ROOT,
                "float32 on %s, threads: %d; peak, measured now: %.1f GFLOP/s, %.1f GB/s%n",
                machine.device(),
                machine.threads(),
                machine.peakFlops() / 1e9,
                machine.peakBytes() / 1e9);
        out.printf(
                LINE,
                "name",
                "shape",
                "median ms",
                "q1",
                "q3",
                "GFLOP/s",
                "of peak",
                "GB/s",
                "of peak");
        out.flush();
    }

    Device device() {
        return device;
    }

    /** Whether a device's seconds mean nothing and its counts do. */
    static boolean isEmulated(Device device) {
        return device.backend().instruments().filter(Instruments::isEmulated).isPresent();
    }

    boolean isEmulated() {
        return emulator.isPresent();
    }

    /** A number that was given; else the usual one, or a small one on the emulator. */
    int size(Integer given, int usual, int small) {
        if (given != null) {
            return given;
        }
        return isEmulated() ? small : usual;
    }

    /** Starts counting anew on the emulator. */
    void resetCounts() {
        emulator.ifPresent(Instruments::resetCounts);
    }

    /** Times a kernel; on the emulator it runs once, and what it does is counted. */
    Sample time(int runs, Runnable work) {
        if (emulator.isEmpty()) {
            return Repetition.ofKernel(runs).time(clock, work);
        }
        resetCounts();
        return Sample.of(List.of(clock.seconds(work, 1)));
    }

    /** Prints a row and keeps it for the file. */
    void add(Row row) {
        Sample s = row.sample();
        out.printf(
                Locale.ROOT,
                LINE,
                row.label(),
                row.shape(),
                milliseconds(s.median()),
                milliseconds(s.firstQuartile()),
                milliseconds(s.thirdQuartile()),
                number(row.flopRate() / 1e9),
                share(row.flopRate() / machine.peakFlops()),
                number(row.byteRate() / 1e9),
                share(row.byteRate() / machine.peakBytes()));
        Map<String, Object> fields = row.toJson(machine);
        emulator.map(Instruments::counts)
                .filter(counts -> !counts.isEmpty())
                .ifPresent(counts -> fields.put("kernels", printed(counts)));
        resetCounts(); // the parts of a model have none of their own
        out.flush();
        rows.add(fields);
    }

    private List<KernelCount> printed(List<KernelCount> counts) {
        for (KernelCount count : counts) {
            StringBuilder line = new StringBuilder();
            line.append("  ").append(count.kernel()).append(" x").append(count.launches());
            count.counts().forEach((k, v) -> line.append("  ").append(k).append(' ').append(v));
            out.println(line);
        }
        return counts;
    }

    /** Prints a line below the rows. */
    void note(String line) {
        out.println(line);
        out.flush();
    }

    /** Writes the file, if one is wanted. */
    void finish() throws IOException {
        if (json.isPresent()) {
            byte[] bytes =
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(rows);
            AtomicFiles.write(json.get(), stream -> stream.write(bytes));
        }
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 0.01 ? "%.4f" : "%.2f", seconds * 1e3);
    }

    private static String number(double value) {
        return value == 0 ? "-" : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String share(double value) {
        // The emulator has no peaks.
        return value == 0 || !Double.isFinite(value)
                ? "-"
                : String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }
}
