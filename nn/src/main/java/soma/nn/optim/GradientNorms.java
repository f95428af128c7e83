package soma.nn.optim;

import soma.tensor.SomaException;
import soma.tensor.Tensor;
import soma.tensor.spi.OptimizerKernels;

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
        if (order == 2) {
            return Math.sqrt(squared(tensors));
        }
        double norm = 0;
        for (Tensor t : tensors) {
            if (order == 1) {
                norm += t.abs().sum().item();
            } else if (t.size() > 0) {
                norm = Math.max(norm, t.abs().max(false).item());
            }
        }
        return norm;
    }

    private static double squared(List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            return 0;
        }
        OptimizerKernels kernels = tensors.getFirst().backend().optimizer();
        return kernels.squaredNorm(tensors.stream().map(t -> t.contiguous().view()).toList());
    }

    /** As torch's {@code clip_grad_norm_}. */
    static Tensor bounded(Tensor g, double norm, double bound) {
        double factor = bound / (norm + 1e-6);
        return factor < 1 ? g.mul(factor) : g;
    }
}
