package soma.nn.optim;

import soma.tensor.Tensor;

import java.util.List;
import java.util.function.UnaryOperator;

/** Bounds on gradients, applied before a step (detectron2's SOLVER.CLIP_GRADIENTS). */
public sealed interface GradientClipping {
    /** What to do to each of the gradients of one step; given tensors are left as they are. */
    UnaryOperator<Tensor> prepare(List<Tensor> gradients);

    /** Leaves gradients as they are. */
    record None() implements GradientClipping {
        @Override
        public UnaryOperator<Tensor> prepare(List<Tensor> gradients) {
            return UnaryOperator.identity();
        }
    }

    /** Clamps every element to +-bound. */
    record Value(double bound) implements GradientClipping {
        @Override
        public UnaryOperator<Tensor> prepare(List<Tensor> gradients) {
            return g -> g.min(bound).max(-bound);
        }
    }

    /**
     * Scales each parameter's gradient to a norm of at most {@code bound}, on its own.
     *
     * @param order 1, 2 or infinity
     */
    record NormPerParameter(double bound, double order) implements GradientClipping {
        /** Checks the order. */
        public NormPerParameter {
            GradientNorms.requireOrder(order);
        }

        @Override
        public UnaryOperator<Tensor> prepare(List<Tensor> gradients) {
            return g -> GradientNorms.bounded(g, GradientNorms.of(List.of(g), order), bound);
        }
    }

    /**
     * Scales all gradients by one factor, so that their common norm is at most {@code bound}.
     *
     * @param order 1, 2 or infinity
     */
    record FullModelNorm(double bound, double order) implements GradientClipping {
        /** Checks the order. */
        public FullModelNorm {
            GradientNorms.requireOrder(order);
        }

        @Override
        public UnaryOperator<Tensor> prepare(List<Tensor> gradients) {
            double norm = GradientNorms.of(gradients, order);
            return g -> GradientNorms.bounded(g, norm, bound);
        }
    }
}
