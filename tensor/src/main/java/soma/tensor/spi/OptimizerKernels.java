package soma.tensor.spi;

import java.util.List;

/**
 * In-place parameter updates on contiguous float operands of one shape. Each kernel also takes all
 * parameters of a model at once, which a device can do in one launch; by default it takes them one
 * after the other.
 */
public interface OptimizerKernels {
    /** What {@link #sgd(List, double, boolean)} does to one parameter, with its own settings. */
    record SgdOperands(
            View parameter, View gradient, View buffer, double lr, double decay, boolean first) {}

    /** What {@link #adamW(List, double, double, double)} does to one parameter. */
    record AdamWOperands(
            View parameter, View gradient, View m, View v, double lr, double decay, long step) {}

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

    /** The same step of many parameters, none of which occurs twice. */
    default void sgd(List<SgdOperands> all, double momentum, boolean nesterov) {
        for (SgdOperands o : all) {
            sgd(o.parameter, o.gradient, o.buffer, o.lr, momentum, o.decay, nesterov, o.first);
        }
    }

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

    /** The same step of many parameters, none of which occurs twice. */
    default void adamW(List<AdamWOperands> all, double beta1, double beta2, double eps) {
        for (AdamWOperands o : all) {
            adamW(o.parameter, o.gradient, o.m, o.v, o.lr, beta1, beta2, eps, o.decay, o.step);
        }
    }

    /** Sum of squares, accumulated in float64. */
    double squaredNorm(View x);

    /** Sum of squares of all elements of all views, accumulated in float64; 0 of none. */
    default double squaredNorm(List<View> all) {
        double sum = 0;
        for (View x : all) {
            sum += squaredNorm(x);
        }
        return sum;
    }

    /** Whether every element is finite. */
    boolean allFinite(View x);

    /** Whether every element of every view is finite. */
    default boolean allFinite(List<View> all) {
        return all.stream().allMatch(this::allFinite);
    }
}
