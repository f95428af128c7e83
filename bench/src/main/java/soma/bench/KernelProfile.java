package soma.bench;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the time goes: calls, seconds, operations and bytes of each kernel, while switched on. */
final class KernelProfile {
    /** A kernel with the sizes of its operands. */
    record Key(String op, String shape) {}

    /** Sums over calls. */
    record Entry(Key key, long calls, double seconds, long flops, long bytes) {
        Entry plus(Entry e) {
            return new Entry(
                    key, calls + e.calls, seconds + e.seconds, flops + e.flops, bytes + e.bytes);
        }
    }

    private final Map<Key, Entry> entries = new HashMap<>();
    private boolean on;
    private long flops;
    private long bytes;

    /** Forgets everything and starts, or stops. */
    void on(boolean value) {
        on = value;
        if (value) {
            entries.clear();
            flops = 0;
            bytes = 0;
        }
    }

    boolean isOn() {
        return on;
    }

    /** A call of a kernel has ended. */
    void add(String op, String method, Object[] args, double seconds) {
        Key key = new Key(op, WorkCount.text(method, args));
        Entry e = new Entry(key, 1, seconds, WorkCount.flops(method, args), WorkCount.bytes(args));
        entries.merge(key, e, Entry::plus);
        flops += e.flops();
        bytes += e.bytes();
    }

    /** Operations since it was switched on. */
    long flops() {
        return flops;
    }

    /** Bytes of operands since it was switched on. */
    long bytes() {
        return bytes;
    }

    /** The longest first. */
    List<Entry> entries() {
        return sorted(entries);
    }

    /** Summed over all sizes, the longest first. */
    List<Entry> byOp() {
        Map<Key, Entry> sums = new HashMap<>();
        for (Entry e : entries.values()) {
            Key key = new Key(e.key().op(), "");
            sums.merge(
                    key, new Entry(key, e.calls(), e.seconds(), e.flops(), e.bytes()), Entry::plus);
        }
        return sorted(sums);
    }

    private static List<Entry> sorted(Map<Key, Entry> entries) {
        return entries.values().stream()
                .sorted(Comparator.comparingDouble(Entry::seconds).reversed())
                .toList();
    }
}
