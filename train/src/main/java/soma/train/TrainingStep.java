package soma.train;

import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.rpn.DivergenceException;
import soma.nn.Parameter;
import soma.nn.RandomStreams;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.train.data.TrainingExample;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One step: losses, gradients, update, in a scope of its own. Nothing is updated from numbers that
 * are not finite.
 */
public final class TrainingStep {
    private static final String SAMPLING = "sampling";

    private final MaskRcnn model;
    private final Solver solver;
    private final Device device;
    private final RandomStreams streams;

    /**
     * Steps of an initialised model.
     *
     * @param streams its stream {@code sampling} chooses anchors and proposals
     */
    public TrainingStep(MaskRcnn model, Solver solver, Device device, RandomStreams streams) {
        this.model = model;
        this.solver = solver;
        this.device = device;
        this.streams = streams;
    }

    /**
     * Learns from the mean loss of one or more batches.
     *
     * @return losses, {@code total_loss} first, and the other figures, under detectron2's names;
     *     means over the batches
     * @throws DivergenceException if a loss or a gradient isn't finite, with a short reason
     */
    public Map<String, Double> run(long iteration, List<List<TrainingExample>> batches) {
        Map<String, Double> figures = new LinkedHashMap<>();
        try (Scope _ = Scope.open("step", device)) {
            Map<Parameter, Tensor> gradients =
                    batches.size() == 1
                            ? gradients(batches.getFirst(), figures)
                            : meanGradients(batches, figures);
            requireFinite(gradients);
            solver.step(gradients, iteration);
        }
        figures.replaceAll((_, sum) -> sum / batches.size());
        return figures;
    }

    /** The gradients of one batch in the current scope; adds to {@code figures}. */
    private Map<Parameter, Tensor> gradients(
            List<TrainingExample> batch, Map<String, Double> figures) {
        TrainingLosses losses = losses(batch);
        Tensor total = losses.total();
        figures(losses, total).forEach((name, value) -> figures.merge(name, value, Double::sum));
        return solver.optimizer().present(Autograd.backward(total));
    }

    /** The mean gradients; the graph of only one batch is held at a time. */
    private Map<Parameter, Tensor> meanGradients(
            List<List<TrainingExample>> batches, Map<String, Double> figures) {
        Map<Parameter, Tensor> means = new LinkedHashMap<>();
        double share = 1.0 / batches.size();
        for (List<TrainingExample> batch : batches) {
            try (Scope scope = Scope.open("batch")) {
                Map<Parameter, Tensor> gradients = gradients(batch, figures);
                gradients.forEach((p, g) -> add(means, p, g.mul(share), scope));
            }
        }
        return means;
    }

    private static void add(Map<Parameter, Tensor> means, Parameter p, Tensor part, Scope scope) {
        Tensor mean = means.get(p);
        if (mean == null) {
            means.put(p, scope.promote(part));
        } else {
            mean.backend().elementwise().copy(mean.add(part).view(), mean.view());
        }
    }

    private static void requireFinite(Map<Parameter, Tensor> gradients) {
        if (Tensor.allFinite(List.copyOf(gradients.values()))) {
            return;
        }
        gradients.forEach(
                (p, g) -> {
                    if (!g.allFinite()) {
                        throw new DivergenceException(
                                "the gradient of " + p.name() + " is not finite");
                    }
                });
    }

    private TrainingLosses losses(List<TrainingExample> batch) {
        List<Image8> images = batch.stream().map(TrainingExample::image).toList();
        List<GroundTruth> truths = batch.stream().map(TrainingExample::truth).toList();
        return model.losses(model.batch(images), truths, streams.stream(SAMPLING), Trace.NONE);
    }

    private static Map<String, Double> figures(TrainingLosses losses, Tensor total) {
        Map<String, Double> figures = losses.figures(total);
        figures.forEach(
                (name, value) -> {
                    if (!Double.isFinite(value)) {
                        throw new DivergenceException(name + " is not finite");
                    }
                });
        return figures;
    }

    /**
     * Repeats a step that failed, to say where.
     *
     * @param before states of the streams before it
     */
    String explain(List<List<TrainingExample>> batches, Map<String, long[]> before) {
        streams.restore(before);
        return new DivergenceFinder(model, device)
                .find(
                        batches.stream()
                                .<Supplier<TrainingLosses>>map(batch -> () -> losses(batch))
                                .toList());
    }
}
