package soma.tensor.cpu.scalar;

import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.View;

/** Parameter updates by their formulas, rounded once at the end. */
final class ScalarOptimizer implements OptimizerKernels {
    @Override
    public void sgd(
            View parameter,
            View gradient,
            View buffer,
            double lr,
            double momentum,
            double decay,
            boolean nesterov,
            boolean first) {
        double[] p = Values.of(parameter);
        double[] g = Values.of(gradient);
        double[] velocity = Values.of(buffer);
        for (int i = 0; i < p.length; i++) {
            double d = g[i] + decay * p[i];
            velocity[i] = first ? d : momentum * velocity[i] + d;
            p[i] -= lr * (nesterov ? d + momentum * velocity[i] : velocity[i]);
        }
        Values.store(velocity, buffer);
        Values.store(p, parameter);
    }

    @Override
    public void adamW(
            View parameter,
            View gradient,
            View m,
            View v,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step) {
        double[] p = Values.of(parameter);
        double[] g = Values.of(gradient);
        double[] mean = Values.of(m);
        double[] square = Values.of(v);
        double correction1 = 1 - Math.pow(beta1, step);
        double correction2 = 1 - Math.pow(beta2, step);
        for (int i = 0; i < p.length; i++) {
            mean[i] = beta1 * mean[i] + (1 - beta1) * g[i];
            square[i] = beta2 * square[i] + (1 - beta2) * g[i] * g[i];
            p[i] *= 1 - lr * decay;
            p[i] -= lr * (mean[i] / correction1) / (Math.sqrt(square[i] / correction2) + eps);
        }
        Values.store(mean, m);
        Values.store(square, v);
        Values.store(p, parameter);
    }

    @Override
    public double squaredNorm(View x) {
        double sum = 0;
        for (double v : Values.of(x)) {
            sum += v * v;
        }
        return sum;
    }

    @Override
    public boolean allFinite(View x) {
        for (double v : Values.of(x)) {
            if (!Double.isFinite(v)) {
                return false;
            }
        }
        return true;
    }
}
