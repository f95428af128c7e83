package soma.maskrcnn.forward;

import soma.tensor.Tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The losses of a training step, as scalars of the graph, and the figures logged beside them. */
public final class TrainingLosses {
    private final Map<String, Tensor> losses = new LinkedHashMap<>();
    private final Map<String, Double> metrics = new LinkedHashMap<>();

    /** Adds a loss under detectron2's name. */
    public void add(String name, Tensor loss) {
        losses.put(name, loss);
    }

    /** Adds a figure under detectron2's name, such as {@code fast_rcnn/cls_accuracy}. */
    public void metric(String name, double value) {
        metrics.put(name, value);
    }

    /** Losses by name, in the order they were added. */
    public Map<String, Tensor> losses() {
        return Collections.unmodifiableMap(losses);
    }

    /** Figures by name. */
    public Map<String, Double> metrics() {
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
}
