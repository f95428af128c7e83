package soma.nn.optim;

import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.OptimizerKernels.AdamWOperands;

import java.util.List;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
public final class AdamW extends Optimizer {
    private final double beta1;
    private final double beta2;
    private final double eps;

    /** For some parameters; see {@link OptimizedParameter#of(List, OptimizedParameter.Decay)}. */
    public AdamW(
            List<OptimizedParameter> parameters,
            GradientClipping clipping,
            double beta1,
            double beta2,
            double eps) {
        super(parameters, clipping, List.of("exp_avg", "exp_avg_sq"));
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
    }

    @Override
    void update(OptimizerKernels kernels, List<Update> updates) {
        kernels.adamW(
                updates.stream()
                        .map(
                                u ->
                                        new AdamWOperands(
                                                u.parameterView(),
                                                u.gradientView(),
                                                u.stateView(0),
                                                u.stateView(1),
                                                u.rate(),
                                                u.optimized().decay(),
                                                u.step()))
                        .toList(),
                beta1,
                beta2,
                eps);
    }
}
