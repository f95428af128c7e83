package soma.nn.optim;

import soma.tensor.SomaException;
import soma.tensor.Tensor;

import java.util.List;

/** Norms over the elements of several tensors. */
final class GradientNorms {
    private GradientNorms() {}

    static void requireOrder(double order) {
        if (order != 1 && order != 2 && order != Double.POSITIVE_INFINITY) {
            throw new SomaException(
                    "SOLVER.CLIP_GRADIENTS.NORM_TYPE: expected 1, 2 or inf, got " + order);
        }
    }

    static double of(List<Tensor> tensors, double order) {
        double norm = 0;
        for (Tensor t : tensors) {
            if (order == 2) {
                Tensor g = t.contiguous();
                norm += g.backend().optimizer().squaredNorm(g.view());
            } else if (order == 1) {
                norm += t.abs().sum().item();
            } else if (t.size() > 0) {
                norm = Math.max(norm, t.abs().max(false).item());
            }
        }
        return order == 2 ? Math.sqrt(norm) : norm;
    }

    /** As torch's {@code clip_grad_norm_}. */
    static Tensor bounded(Tensor g, double norm, double bound) {
        double factor = bound / (norm + 1e-6);
        return factor < 1 ? g.mul(factor) : g;
    }
}
