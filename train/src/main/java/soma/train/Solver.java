package soma.train;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.ParameterRules;
import soma.maskrcnn.config.SolverConfig;
import soma.maskrcnn.config.SolverConfig.Clipping;
import soma.maskrcnn.config.SolverConfig.Decay;
import soma.nn.Parameter;
import soma.nn.optim.GradientClipping;
import soma.nn.optim.OptimizedParameter;
import soma.nn.optim.Optimizer;
import soma.nn.optim.Schedule;
import soma.nn.optim.Sgd;
import soma.nn.optim.Warmup;
import soma.nn.optim.WarmupCosine;
import soma.nn.optim.WarmupMultiStep;
import soma.tensor.Tensor;
import soma.tensor.autograd.Gradients;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The optimiser, its schedule and clipping, as the {@code SOLVER} section says (detectron2's {@code
 * build_optimizer} and {@code build_lr_scheduler}). Frozen parameters take no part.
 */
public final class Solver implements AutoCloseable {
    private final double baseLr;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private double rateScale = 1;

    /**
     * A solver of the trainable ones of some parameters.
     *
     * @param parameters all of a model, by name
     * @throws soma.tensor.SomaException if a pattern of {@code SOMA.LR_MULTIPLIERS} fits no name
     */
    public Solver(Config config, Map<String, Parameter> parameters) {
        SolverConfig c = SolverConfig.from(config);
        ParameterRules rules = ParameterRules.from(config);
        rules.requireRates(parameters);
        OptionalDouble biasDecay = config.node("SOLVER").getOptionalDouble("WEIGHT_DECAY_BIAS");
        baseLr = c.schedule().baseLr();
        schedule = schedule(c);
        // Null, not a number, where the bias of a norm is to follow the norm's decay.
        OptimizedParameter.Decay decay =
                new OptimizedParameter.Decay(
                        c.weightDecay(),
                        c.weightDecayNorm(),
                        biasDecay.isPresent() ? (Double) biasDecay.getAsDouble() : null,
                        c.biasLrFactor());
        optimizer =
                new Sgd(
                        OptimizedParameter.of(parameters, decay, rules::rateFactor),
                        clipping(c.clipping()),
                        c.momentum(),
                        c.nesterov());
    }

    private static Schedule schedule(SolverConfig c) {
        SolverConfig.Schedule s = c.schedule();
        Warmup warmup =
                new Warmup(
                        s.warmupIterations(),
                        s.warmupFactor(),
                        s.warmup() == SolverConfig.Warmup.LINEAR
                                ? Warmup.Method.LINEAR
                                : Warmup.Method.CONSTANT);
        if (s.decay() == Decay.COSINE) {
            return new WarmupCosine(s.baseLrEnd() / s.baseLr(), c.maxIterations(), warmup);
        }
        List<Long> steps = s.steps().stream().map(Integer::longValue).toList();
        return new WarmupMultiStep(steps, s.gamma(), c.maxIterations(), warmup);
    }

    private static GradientClipping clipping(Clipping c) {
        return switch (c.type()) {
            case NONE -> new GradientClipping.None();
            case VALUE -> new GradientClipping.Value(c.value());
            case NORM -> new GradientClipping.NormPerParameter(c.value(), c.normType());
        };
    }

    /** The learning rate of an iteration from 0. */
    public double rate(long iteration) {
        return baseLr * schedule.multiplier(iteration) * rateScale;
    }

    /** Updates all parameters that have a gradient, in the current scope. */
    public void step(Gradients gradients, long iteration) {
        optimizer.step(gradients, rate(iteration));
    }

    /** Updates the parameters of the gradients, in the current scope. */
    public void step(Map<Parameter, Tensor> gradients, long iteration) {
        optimizer.step(gradients, rate(iteration));
    }

    /** The optimiser, whose state is saved with checkpoints. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** Factor on all rates, below 1 after a return from divergence. */
    public double rateScale() {
        return rateScale;
    }

    /** Sets the factor on all rates. */
    public void rateScale(double factor) {
        rateScale = factor;
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
