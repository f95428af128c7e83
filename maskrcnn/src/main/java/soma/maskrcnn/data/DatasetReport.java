package soma.maskrcnn.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The defects found while a data set was read, counted, with the first names of each kind.
 *
 * @param findings what was found, by kind; kinds that didn't occur are absent
 */
public record DatasetReport(Map<Defect, Finding> findings) {
    /** A report without defects. */
    public static final DatasetReport CLEAN = new DatasetReport(Map.of());

    private static final int NAMES = 10;

    /** Copies the map, in the order of the kinds. */
    public DatasetReport {
        Map<Defect, Finding> sorted = new EnumMap<>(Defect.class);
        sorted.putAll(findings);
        findings = java.util.Collections.unmodifiableMap(sorted);
    }

    /**
     * Defects of one kind.
     *
     * @param count how many there are
     * @param names the first of them
     */
    public record Finding(int count, List<String> names) {}

    /** Returns how often {@code defect} was found. */
    public int count(Defect defect) {
        Finding finding = findings.get(defect);
        return finding == null ? 0 : finding.count();
    }

    /** Whether nothing was found. */
    public boolean isClean() {
        return findings.isEmpty();
    }

    /** Returns one line per kind: count, description, first names. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        findings.forEach((defect, finding) -> lines.add(line(defect, finding)));
        return lines;
    }

    /** Returns the line of the first kind of {@linkplain Defect#isDamage damage}, if any. */
    public Optional<String> damage() {
        return findings.entrySet().stream()
                .filter(e -> e.getKey().isDamage())
                .map(e -> line(e.getKey(), e.getValue()))
                .findFirst();
    }

    private static String line(Defect defect, Finding finding) {
        return line(finding.count(), defect.description(), finding.names());
    }

    /** Returns the line of {@code count} findings, of which {@code names} are the first. */
    static String line(int count, String description, List<String> names) {
        String more = count > names.size() ? ", ..." : "";
        return count + " " + description + ": " + String.join(", ", names) + more;
    }

    /** Counts defects while a data set is read; safe for several threads. */
    static final class Collector {
        private final Map<Defect, Integer> counts = new EnumMap<>(Defect.class);
        private final Map<Defect, List<String>> names = new EnumMap<>(Defect.class);

        synchronized void add(Defect defect, String name) {
            counts.merge(defect, 1, Integer::sum);
            List<String> first = names.computeIfAbsent(defect, key -> new ArrayList<>());
            if (first.size() < NAMES) {
                first.add(name.replaceAll("\\p{Cntrl}", " "));
            }
        }

        synchronized DatasetReport report() {
            Map<Defect, Finding> findings = new EnumMap<>(Defect.class);
            counts.forEach(
                    (defect, count) ->
                            findings.put(
                                    defect, new Finding(count, List.copyOf(names.get(defect)))));
            return new DatasetReport(findings);
        }
    }
}
