package soma.nn.optim;

import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.OptimizerKernels.SgdOperands;

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
    void update(OptimizerKernels kernels, List<Update> updates) {
        kernels.sgd(
                updates.stream()
                        .map(
                                u ->
                                        new SgdOperands(
                                                u.parameterView(),
                                                u.gradientView(),
                                                u.stateView(0),
                                                u.rate(),
                                                u.optimized().decay(),
                                                u.step() == 1))
                        .toList(),
                momentum,
                nesterov);
    }
}
