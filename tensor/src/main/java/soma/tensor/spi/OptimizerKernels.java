package soma.tensor.spi;

/** In-place parameter updates on contiguous float operands of one shape. */
public interface OptimizerKernels {
    /**
     * One step of stochastic gradient descent as PyTorch has it: {@code g += decay * p; buffer =
     * first ? g : momentum * buffer + g; p -= lr * (nesterov ? g + momentum * buffer : buffer)}.
     * The gradient is left as it is.
     */
    void sgd(
            View parameter,
            View gradient,
            View buffer,
            double lr,
            double momentum,
            double decay,
            boolean nesterov,
            boolean first);

    /**
     * One step of AdamW (Loshchilov and Hutter 2019): {@code p *= 1 - lr * decay}, then Adam with
     * bias correction.
     *
     * @param step counts from 1
     */
    void adamW(
            View parameter,
            View gradient,
            View m,
            View v,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step);

    /** Sum of squares, accumulated in float64. */
    double squaredNorm(View x);

    /** Whether every element is finite. */
    boolean allFinite(View x);
}
