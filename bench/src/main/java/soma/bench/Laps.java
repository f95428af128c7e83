package soma.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** A stop watch for one run of work that has parts; it counts operations and bytes along. */
final class Laps {
    /**
     * Of one part.
     *
     * @param flops operations while the profile was on, else 0
     * @param bytes bytes of the operands, likewise
     */
    record Part(double seconds, long flops, long bytes) {
        Part plus(Part other) {
            return new Part(seconds + other.seconds, flops + other.flops, bytes + other.bytes);
        }
    }

    private final String whole;
    private final KernelProfile profile;
    private final Runnable synchronize;
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private Part start;
    private Part last;

    /**
     * For work whose whole is called {@code whole}.
     *
     * @param synchronize waits for a device that works on its own
     */
    Laps(String whole, KernelProfile profile, Runnable synchronize) {
        this.whole = whole;
        this.profile = profile;
        this.synchronize = synchronize;
    }

    /** Forgets the former run and starts. */
    void begin() {
        parts.clear();
        start = now();
        last = start;
    }

    /** Starts a part without ending one: what lies before belongs to the whole alone. */
    void mark() {
        last = now();
    }

    /** Ends a part, or a piece of it. */
    void lap(String part) {
        Part now = now();
        parts.merge(part, since(last, now), Part::plus);
        last = now;
    }

    /** Ends the run. */
    void end() {
        Part all = since(start, now());
        Map<String, Part> rest = new LinkedHashMap<>(parts);
        parts.clear();
        parts.put(whole, all);
        parts.putAll(rest);
    }

    /** The whole, then its parts, of the last run. */
    Map<String, Part> parts() {
        return new LinkedHashMap<>(parts);
    }

    /** Seconds of the whole and of its parts. */
    Map<String, Double> seconds() {
        Map<String, Double> out = new LinkedHashMap<>();
        parts.forEach((k, v) -> out.put(k, v.seconds()));
        return out;
    }

    private Part now() {
        synchronize.run();
        return new Part(System.nanoTime() * 1e-9, profile.flops(), profile.bytes());
    }

    private static Part since(Part a, Part b) {
        return new Part(b.seconds - a.seconds, b.flops - a.flops, b.bytes - a.bytes);
    }
}
