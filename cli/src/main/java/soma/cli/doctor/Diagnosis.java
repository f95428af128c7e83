package soma.cli.doctor;

import com.sun.management.OperatingSystemMXBean;

import soma.tensor.Device;
import soma.tensor.cpu.PeakBandwidth;
import soma.tensor.cpu.Workers;
import soma.tensor.cpu.vector.PeakFlops;
import soma.tensor.cpu.vector.VectorWidth;
import soma.tensor.spi.BackendProvider;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Facts about the machine, and what is missing for Soma to run well on it. */
public final class Diagnosis {
    private static final int JDK = 25;
    private static final double GIB = 1L << 30;
    private static final double LEAST_HEAP_GIB = 2;
    private static final double PEAK_SECONDS = 0.6;

    /**
     * One line of the report.
     *
     * @param name what is looked at
     * @param value what was found
     * @param advice what to do about it; empty when all is well
     */
    public record Fact(String name, String value, Optional<String> advice) {}

    private final List<Fact> facts = new ArrayList<>();

    private Diagnosis() {}

    /** Looks at everything; takes about two seconds, since speeds are measured. */
    public static List<Fact> run() {
        Diagnosis diagnosis = new Diagnosis();
        diagnosis.java();
        boolean vectors = diagnosis.vectors();
        diagnosis.machine();
        diagnosis.devices();
        diagnosis.speeds(vectors);
        return List.copyOf(diagnosis.facts);
    }

    private void fact(String name, String value) {
        facts.add(new Fact(name, value, Optional.empty()));
    }

    private void problem(String name, String value, String advice) {
        facts.add(new Fact(name, value, Optional.of(advice)));
    }

    private void java() {
        String value =
                Runtime.version()
                        + ", "
                        + System.getProperty("java.vendor")
                        + ", "
                        + System.getProperty("java.home");
        if (Runtime.version().feature() < JDK) {
            problem("JDK", value, "install a JDK 25: apt install temurin-25-jdk (adoptium.net)");
        } else {
            fact("JDK", value);
        }
    }

    private boolean vectors() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            problem(
                    "vectors",
                    "module jdk.incubator.vector is missing; the slow reference kernels run",
                    "start Soma by ./soma, or java with --add-modules jdk.incubator.vector");
            return false;
        }
        String value =
                VectorWidth.bits()
                        + " bits"
                        + (VectorWidth.fusedMultiplyAdd() ? ", fused multiply-add" : "");
        if (VectorWidth.bits() < 256 || !VectorWidth.fusedMultiplyAdd()) {
            problem(
                    "vectors",
                    value,
                    "this processor is slow for neural networks; one with AVX2 or AVX-512 is two"
                            + " to eight times as fast");
        } else {
            fact("vectors", value);
        }
        return true;
    }

    private void machine() {
        fact(
                "processor",
                processorName() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
        double heap = Runtime.getRuntime().maxMemory() / GIB;
        String value = gib(heap) + " for Java";
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os) {
            value +=
                    ", "
                            + gib(os.getTotalMemorySize() / GIB)
                            + " in the machine, "
                            + gib(os.getFreeMemorySize() / GIB)
                            + " free";
        }
        if (heap < LEAST_HEAP_GIB) {
            problem("memory", value, "training wants 3 GiB or more: SOMA_JAVA_OPTS=-Xmx3g");
        } else {
            fact("memory", value);
        }
    }

    private void devices() {
        for (BackendProvider provider : Device.providers()) {
            fact(
                    "device " + provider.name(),
                    provider.unavailable().map(why -> "not usable: " + why).orElse("usable"));
            provider.facts().forEach(this::fact);
        }
        fact("default", "--device auto is " + Device.of("auto"));
    }

    private void speeds(boolean vectors) {
        if (vectors) {
            fact(
                    "peak",
                    gigaflops(PeakFlops.oneThread(PEAK_SECONDS))
                            + " on one thread, "
                            + gigaflops(PeakFlops.allThreads(PEAK_SECONDS))
                            + " on "
                            + Workers.threads()
                            + " (float32, measured)");
        }
        fact(
                "bandwidth",
                String.format(
                        Locale.ROOT,
                        "%.1f GB/s on %d threads (triad, measured)",
                        PeakBandwidth.measure(0.3) / 1e9,
                        Workers.threads()));
    }

    private static String gigaflops(double flops) {
        return String.format(Locale.ROOT, "%.1f GFLOP/s", flops / 1e9);
    }

    private static String gib(double value) {
        return String.format(Locale.ROOT, "%.1f GiB", value);
    }

    private static String processorName() {
        String architecture = System.getProperty("os.arch");
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return architecture;
        }
        try (var lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(architecture);
        } catch (IOException e) {
            return architecture; // a name to look at, no more
        }
    }
}
