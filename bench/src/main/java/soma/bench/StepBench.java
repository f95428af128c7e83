package soma.bench;

import soma.tensor.Device;
import soma.tensor.spi.Instruments;
import soma.tensor.spi.MemoryReport;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Times a whole step and its parts, then counts its operations and lists its kernels. */
final class StepBench {
    private static final int LISTED = 40;

    private final Session session;
    private final Device device;
    private final KernelProfile profile;

    /** On a device that {@link ProfiledProvider#of} gave. */
    StepBench(Session session, Device device) {
        this.session = session;
        this.device = device;
        this.profile = ProfiledProvider.profile(device);
    }

    /**
     * Times {@code work} and adds a row for it and for each of its parts.
     *
     * @param whole name of the whole
     * @param extra fields of the whole's row, asked for after the last run
     */
    void run(
            String whole,
            String shape,
            Repetition repetition,
            boolean perOp,
            Consumer<Laps> work,
            Supplier<Map<String, Object>> extra) {
        Laps laps = new Laps(whole, profile, this::synchronize);
        boolean once = session.isEmulated(); // too slow for more
        if (!once) {
            repetition.warmUp(Clock.of(device, false), () -> run(laps, work));
        }
        session.resetCounts();
        profile.on(once);
        long buffers = device.backend().memory().allocations();
        long heap = HeapUse.ofAllThreads();
        long trips = roundTrips();
        double cpu = Machine.cpuSeconds();
        Map<String, Sample> samples = (once ? Repetition.ONCE : repetition).timeParts(laps, work);
        int runs = samples.get(whole).runs();
        Map<String, Object> fields = new LinkedHashMap<>(extra.get());
        fields.put("cpu_s_per_run", (Machine.cpuSeconds() - cpu) / runs);
        if (device.backend().instruments().isPresent()) {
            fields.put("round_trips", (double) (roundTrips() - trips) / runs);
        }
        MemoryReport memory = device.backend().memory();
        fields.put("buffers_per_run", (double) (memory.allocations() - buffers) / runs);
        fields.put("buffers_mb", (memory.liveBytes() + memory.pooledBytes()) >> 20);
        fields.put("heap_mb_per_run", (HeapUse.ofAllThreads() - heap) / runs / 1e6);
        Machine.peakResidentMb().ifPresent(mb -> fields.put("peak_rss_mb", mb));
        if (!once) {
            // After the timing, so that it costs nothing there.
            profile.on(true);
            run(laps, work);
        }
        profile.on(false);
        Map<String, Laps.Part> counted = laps.parts();
        samples.forEach(
                (name, sample) -> {
                    Laps.Part part = counted.getOrDefault(name, new Laps.Part(0, 0, 0));
                    Map<String, Object> own = name.equals(whole) ? fields : Map.of();
                    session.add(
                            new Row(
                                    name,
                                    shape,
                                    "float32",
                                    sample,
                                    part.flops(),
                                    part.bytes(),
                                    own));
                });
        fields.forEach((name, value) -> session.note(name + ": " + value));
        if (perOp) {
            list(counted.get(whole).seconds());
        }
    }

    private static void run(Laps laps, Consumer<Laps> work) {
        laps.begin();
        work.accept(laps);
        laps.end();
    }

    private void synchronize() {
        device.backend().instruments().ifPresent(Instruments::synchronize);
    }

    /** Times that the host waited for the device; 0 where there is nothing to wait for. */
    private long roundTrips() {
        return device.backend().instruments().map(Instruments::roundTrips).orElse(0L);
    }

    private void list(double total) {
        List<KernelProfile.Entry> byOp = profile.byOp();
        double inside = byOp.stream().mapToDouble(KernelProfile.Entry::seconds).sum();
        session.note("");
        session.note("kernels of one run:");
        byOp.forEach(e -> session.note(line(e, total)));
        session.note(line("outside kernels", "", 0, total - inside, total, ""));
        session.note("");
        session.note("kernels by size, the " + LISTED + " longest:");
        profile.entries().stream().limit(LISTED).forEach(e -> session.note(line(e, total)));
    }

    private static String line(KernelProfile.Entry e, double total) {
        String rate =
                e.flops() > 0
                        ? String.format(Locale.ROOT, "%.1f GFLOP/s", e.flops() / e.seconds() / 1e9)
                        : String.format(Locale.ROOT, "%.1f GB/s", e.bytes() / e.seconds() / 1e9);
        return line(e.key().op(), e.key().shape(), e.calls(), e.seconds(), total, rate);
    }

    private static String line(
            String op, String shape, long calls, double seconds, double total, String rate) {
        return String.format(
                Locale.ROOT,
                "%-34s %-32s %5s %9.2f ms %5.1f %%  %s",
                op,
                shape,
                calls == 0 ? "" : calls + "x",
                seconds * 1e3,
                100 * seconds / total,
                rate);
    }
}
