package soma.parity;

import soma.nn.checkpoint.HostTensor;
import soma.parity.Row.Verdict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Collects comparisons. */
public final class ParityReport {
    private final List<Row> rows = new ArrayList<>();
    private final Predicate<String> wanted;
    private String group = "";

    /** A report of the rows whose "group name" is wanted. */
    public ParityReport(Predicate<String> wanted) {
        this.wanted = wanted;
    }

    /** All comparisons so far, in order. */
    public List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }

    /** How many are out of tolerance. */
    public long failures() {
        return rows.stream().filter(Row::failed).count();
    }

    /** Names what the next comparisons belong to. */
    void group(String name) {
        group = name;
    }

    /** Whether a comparison of the present group is asked for. */
    boolean wants(String name) {
        return wanted.test(group + " " + name);
    }

    private void add(
            String name,
            String shape,
            double abs,
            double rel,
            String limit,
            boolean ok,
            String note) {
        if (wants(name)) {
            Verdict verdict = ok ? Verdict.OK : Verdict.FAIL;
            rows.add(new Row(group, name, shape, abs, rel, limit, verdict, note));
        }
    }

    /** Every difference is at most {@code tolerance} of the largest expected value. */
    void relative(String name, HostTensor expected, double[] actual, double tolerance) {
        relative(name, expected.shape().toString(), expected.doubles(), actual, tolerance);
    }

    /** The same for numbers of any shape. */
    void relative(String name, String shape, double[] expected, double[] actual, double tolerance) {
        if (sameCount(name, shape, expected.length, actual.length)) {
            double largest = largestFinite(expected);
            double difference = largestDifference(expected, actual);
            // Where all is zero, only zeros agree.
            boolean ok = difference <= tolerance * largest;
            double relative = difference == 0 ? 0 : difference / largest;
            add(name, shape, difference, relative, "rel " + number(tolerance), ok, "");
        }
    }

    /** Every difference is at most {@code tolerance}. */
    void absolute(String name, String shape, double[] expected, double[] actual, double tolerance) {
        if (sameCount(name, shape, expected.length, actual.length)) {
            measured(name, shape, largestDifference(expected, actual), expected, tolerance, "");
        }
    }

    /** A difference that was measured elsewhere is at most {@code tolerance}. */
    void measured(
            String name,
            String shape,
            double difference,
            double[] expected,
            double tolerance,
            String note) {
        double relative = difference == 0 ? 0 : difference / largestFinite(expected);
        boolean ok = difference <= tolerance;
        add(name, shape, difference, relative, "abs " + number(tolerance), ok, note);
    }

    /** Integers agree, except for those that {@code mayDiffer} allows by index. */
    void exact(String name, String shape, long[] expected, long[] actual, IntPredicate mayDiffer) {
        if (sameCount(name, shape, expected.length, actual.length)) {
            int wrong = 0;
            int allowed = 0;
            int first = -1;
            double largest = 0;
            for (int i = 0; i < expected.length; i++) {
                if (expected[i] != actual[i]) {
                    largest = Math.max(largest, Math.abs((double) expected[i] - actual[i]));
                    if (mayDiffer.test(i)) {
                        allowed++;
                    } else {
                        wrong++;
                        first = first < 0 ? i : first;
                    }
                }
            }
            String note = allowed > 0 ? allowed + " at a boundary" : "";
            if (wrong > 0) {
                note =
                        "%d differ, the first at %d: expected %d, got %d"
                                .formatted(wrong, first, expected[first], actual[first]);
            }
            add(name, shape, largest, Double.NaN, "exact", wrong == 0, note);
        }
    }

    /** Integers agree. */
    void exact(String name, String shape, long[] expected, long[] actual) {
        exact(name, shape, expected, actual, _ -> false);
    }

    /** Something that is right or wrong, such as bytes or an error. */
    void holds(String name, String shape, boolean ok, String noteIfNot) {
        add(name, shape, Double.NaN, Double.NaN, "exact", ok, ok ? "" : noteIfNot);
    }

    /** Something that could not even be compared. */
    void fails(String name, String shape, String why) {
        add(name, shape, Double.NaN, Double.NaN, "", false, why);
    }

    /** Fails for what a manifest lists, but the file has not. */
    void requireListed(String prefix, List<String> listed, Collection<String> stored) {
        for (String name : listed) {
            if (!stored.contains(name)) {
                fails(prefix + name, "", "in the manifest, but not in the file");
            }
        }
    }

    /** What breaks in one comparison is a failed row, and the others go on. */
    void guarded(String name, Runnable check) {
        try {
            check.run();
        } catch (RuntimeException failure) {
            fails(name, "", String.valueOf(failure.getMessage()));
        }
    }

    /** Something that Soma has nothing of. */
    void skips(String name, String why) {
        if (wants(name)) {
            rows.add(new Row(group, name, "", Double.NaN, Double.NaN, "", Verdict.SKIP, why));
        }
    }

    private boolean sameCount(String name, String shape, int expected, int actual) {
        if (expected != actual) {
            fails(name, shape, "expected " + expected + " values, got " + actual);
        }
        return expected == actual;
    }

    /** An infinite one would allow for any difference of the others. */
    static double largestFinite(double[] values) {
        return Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    }

    /** Infinite where only one of two is a number. */
    static double largestDifference(double[] expected, double[] actual) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Double.compare(expected[i], actual[i]) != 0) {
                double d = Math.abs(expected[i] - actual[i]);
                largest = Math.max(largest, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
            }
        }
        return largest;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.1e", value);
    }
}
