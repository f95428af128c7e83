package soma.bench;

import com.sun.management.OperatingSystemMXBean;

import soma.tensor.Device;
import soma.tensor.cpu.PeakBandwidth;
import soma.tensor.cpu.Workers;
import soma.tensor.cpu.vector.PeakFlops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What rows are compared to.
 *
 * @param device the name of the device that is timed
 * @param threads CPU threads
 * @param peakFlops float32 operations per second of the device
 * @param peakBytes bytes per second of the triad with these threads
 */
record Machine(String device, int threads, double peakFlops, double peakBytes) {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** Measures the peaks, in about a second. */
    static Machine measure(Device device) {
        return device.backend()
                .instruments()
                .map(
                        own ->
                                new Machine(
                                        device.name(),
                                        Workers.threads(),
                                        own.peakFlops(),
                                        own.peakBytes()))
                .orElseGet(
                        () ->
                                new Machine(
                                        device.name(),
                                        Workers.threads(),
                                        PeakFlops.allThreads(0.6),
                                        PeakBandwidth.measure(0.4)));
    }

    /** Processor time of all threads so far; unlike the clock's it hardly feels other programs. */
    static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
                ? bean.getProcessCpuTime() * 1e-9
                : 0;
    }

    /** The most memory that this process ever held, in MiB; empty where the system can't tell. */
    static OptionalLong peakResidentMb() {
        OptionalLong kilobytes = statusKb("VmHWM");
        return kilobytes.isPresent()
                ? OptionalLong.of(kilobytes.getAsLong() / 1024)
                : OptionalLong.empty();
    }

    /** A figure of this process in KiB, by Linux's name; empty where the system can't tell. */
    static OptionalLong statusKb(String name) {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
