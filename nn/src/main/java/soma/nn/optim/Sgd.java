package soma.nn.optim;

import soma.tensor.Tensor;

import java.util.List;

/**
 * Stochastic gradient descent with momentum, as PyTorch has it: {@code g += decay * p; buffer =
 * momentum * buffer + g; p -= rate * buffer}; the first buffer is g.
 */
public final class Sgd extends Optimizer {
    private final double momentum;
    private final boolean nesterov;

    /** For some parameters; see {@link OptimizedParameter#of(List, OptimizedParameter.Decay)}. */
    public Sgd(
            List<OptimizedParameter> parameters,
            GradientClipping clipping,
            double momentum,
            boolean nesterov) {
        super(parameters, clipping, List.of("momentum_buffer"));
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    @Override
    void update(OptimizedParameter o, Tensor g, List<Tensor> own, double rate, long step) {
        g.backend()
                .optimizer()
                .sgd(
                        o.parameter().value().view(),
                        g.view(),
                        own.getFirst().view(),
                        rate,
                        momentum,
                        o.decay(),
                        nesterov,
                        step == 1);
    }
}
