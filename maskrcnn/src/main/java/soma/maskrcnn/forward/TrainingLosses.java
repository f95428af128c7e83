package soma.maskrcnn.forward;

import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The losses of a training step, as scalars of the graph, and the figures logged beside them. What
 * the device computes is read when it is asked for, all at once.
 */
public final class TrainingLosses {
    private final Map<String, Tensor> losses = new LinkedHashMap<>();
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private final List<Unread> unread = new ArrayList<>();

    /** Scalars on the device, and the figures that they make. */
    private record Unread(List<Tensor> scalars, Function<double[], Map<String, Double>> figures) {}

    /** Adds a loss under detectron2's name. */
    public void add(String name, Tensor loss) {
        losses.put(name, loss);
    }

    /** Adds a figure under detectron2's name, such as {@code fast_rcnn/cls_accuracy}. */
    public void metric(String name, double value) {
        metrics.put(name, value);
    }

    /**
     * Adds figures of numbers that the device may still be working on.
     *
     * @param scalars FLOAT32, one element each
     * @param figures from those numbers to figures by name
     */
    public void metrics(List<Tensor> scalars, Function<double[], Map<String, Double>> figures) {
        unread.add(new Unread(scalars, figures));
    }

    /** Adds all of other losses, which live in {@code scope}, for its enclosing scope. */
    public void addAll(TrainingLosses others, Scope scope) {
        others.losses.forEach((name, loss) -> add(name, scope.promote(loss)));
        metrics.putAll(others.metrics);
        others.unread.forEach(
                u -> metrics(u.scalars.stream().map(scope::promote).toList(), u.figures));
    }

    /** Losses by name, in the order they were added. */
    public Map<String, Tensor> losses() {
        return Collections.unmodifiableMap(losses);
    }

    /** Figures by name; waits for the device if it has some of them. */
    public Map<String, Double> metrics() {
        read(List.of());
        return Collections.unmodifiableMap(metrics);
    }

    /** The plain sum of all losses, which training minimises. */
    public Tensor total() {
        Tensor sum = null;
        for (Tensor loss : losses.values()) {
            sum = sum == null ? loss : sum.add(loss);
        }
        return sum;
    }

    /**
     * All there is to log, with one wait for the device.
     *
     * @param total of {@link #total}
     * @return {@code total_loss}, the losses, the figures
     */
    public Map<String, Double> figures(Tensor total) {
        List<Tensor> scalars = new ArrayList<>(List.of(total));
        scalars.addAll(losses.values());
        double[] values = read(scalars);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("total_loss", values[0]);
        int at = 1;
        for (String name : losses.keySet()) {
            figures.put(name, values[at++]);
        }
        figures.putAll(metrics);
        return figures;
    }

    /** Reads scalars together with those of all figures, which are then known. */
    private double[] read(List<Tensor> scalars) {
        List<Tensor> wanted = new ArrayList<>(scalars);
        unread.forEach(u -> wanted.addAll(u.scalars));
        if (wanted.isEmpty()) {
            return new double[0];
        }
        double[] all;
        try (Scope _ = Scope.open("figures")) {
            Tensor[] parts = wanted.stream().map(s -> s.detach().reshape(1)).toArray(Tensor[]::new);
            all = Tensor.concat(0, parts).toDoubles();
        }
        int at = scalars.size();
        for (Unread u : unread) {
            int end = at + u.scalars.size();
            metrics.putAll(u.figures.apply(Arrays.copyOfRange(all, at, end)));
            at = end;
        }
        unread.clear();
        return Arrays.copyOf(all, scalars.size());
    }
}
