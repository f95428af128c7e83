package soma.bench;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.SolverConfig;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.nn.optim.GradientClipping;
import soma.nn.optim.OptimizedParameter;
import soma.nn.optim.Sgd;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One step of stochastic gradient descent on a fixed batch, with a lap for each part. */
final class TrainingStep implements Consumer<Laps>, AutoCloseable {
    private final MaskRcnn model;
    private final List<Image8> images;
    private final List<GroundTruth> truths;
    private final double rate;
    private final Device device;
    private final Sgd optimizer;
    private final RandomGenerator random = new RandomStreams(0).stream("sampling");

    /**
     * Of one batch.
     *
     * @param images as the network takes them
     * @param rate learning rate
     */
    TrainingStep(
            MaskRcnn model,
            Config config,
            List<Image8> images,
            List<GroundTruth> truths,
            double rate,
            Device device) {
        this.model = model;
        this.images = images;
        this.truths = truths;
        this.rate = rate;
        this.device = device;
        SolverConfig solver = SolverConfig.from(config);
        OptimizedParameter.Decay decay =
                new OptimizedParameter.Decay(
                        solver.weightDecay(),
                        solver.weightDecayNorm(),
                        solver.weightDecayBias(),
                        solver.biasLrFactor());
        optimizer =
                new Sgd(
                        OptimizedParameter.of(model.parameters(), decay),
                        new GradientClipping.None(),
                        solver.momentum(),
                        solver.nesterov());
        model.training(true);
    }

    @Override
    public void accept(Laps laps) {
        try (Scope _ = Scope.open("step", device)) {
            TrainingLosses losses = model.losses(model.batch(images), truths, random, Trace.NONE);
            Tensor loss = losses.total();
            losses.figures(loss);
            laps.lap("train.forward");
            Gradients gradients = Autograd.backward(loss);
            laps.lap("train.backward");
            optimizer.step(gradients, rate);
            laps.lap("train.optimizer");
        }
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
