package soma.train.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The latest values of each figure, whose median is logged (detectron2's {@code EventStorage} with
 * {@code median(20)}). The window is the log period, so with the default of 20 the lines are
 * detectron2's, and with 1 they hold each iteration's own values.
 */
public final class MetricHistory {
    private final int window;
    private final Map<String, Deque<Double>> values = new LinkedHashMap<>();

    /** A history of the last {@code window} values of each figure. */
    public MetricHistory(int window) {
        this.window = window;
    }

    /** Adds a value. */
    public void add(String name, double value) {
        Deque<Double> last = values.computeIfAbsent(name, n -> new ArrayDeque<>());
        if (last.size() == window) {
            last.removeFirst();
        }
        last.addLast(value);
    }

    /** Median of each figure's last values, in the order in which the figures first came. */
    public Map<String, Double> medians() {
        Map<String, Double> out = new LinkedHashMap<>();
        values.forEach((name, last) -> out.put(name, median(last)));
        return out;
    }

    /** Middle value, or the mean of the two in the middle. */
    static double median(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** All values held, oldest first, to be saved. */
    public Map<String, List<Double>> state() {
        Map<String, List<Double>> out = new LinkedHashMap<>();
        values.forEach((name, last) -> out.put(name, new ArrayList<>(last)));
        return out;
    }

    /** Continues from saved values. */
    public void restore(Map<String, List<Double>> saved) {
        values.clear();
        saved.forEach((name, last) -> last.forEach(value -> add(name, value)));
    }
}
