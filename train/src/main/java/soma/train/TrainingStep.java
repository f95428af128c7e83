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
import soma.tensor.autograd.Gradients;
import soma.train.data.TrainingExample;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
     * Learns from one batch.
     *
     * @return losses, {@code total_loss} first, and the other figures, under detectron2's names
     * @throws DivergenceException if a loss or a gradient isn't finite, with a short reason
     */
    public Map<String, Double> run(long iteration, List<TrainingExample> batch) {
        try (Scope _ = Scope.open("step", device)) {
            TrainingLosses losses = losses(batch);
            Tensor total = losses.total();
            Map<String, Double> figures = figures(losses, total);
            Gradients gradients = Autograd.backward(total);
            requireFinite(gradients);
            solver.step(gradients, iteration);
            return figures;
        }
    }

    private void requireFinite(Gradients gradients) {
        Map<Parameter, Tensor> present = new LinkedHashMap<>();
        for (Parameter p : solver.parameters()) {
            Tensor g = gradients.of(p.value());
            if (g != null) {
                present.put(p, g);
            }
        }
        if (Tensor.allFinite(List.copyOf(present.values()))) {
            return;
        }
        present.forEach(
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
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("total_loss", total.item());
        losses.losses().forEach((name, loss) -> figures.put(name, loss.item()));
        figures.forEach(
                (name, value) -> {
                    if (!Double.isFinite(value)) {
                        throw new DivergenceException(name + " is not finite");
                    }
                });
        figures.putAll(losses.metrics());
        return figures;
    }

    /**
     * Repeats a step that failed, to say where.
     *
     * @param before states of the streams before it
     */
    String explain(List<TrainingExample> batch, Map<String, long[]> before) {
        streams.restore(before);
        return new DivergenceFinder(model, device).find(() -> losses(batch));
    }
}
