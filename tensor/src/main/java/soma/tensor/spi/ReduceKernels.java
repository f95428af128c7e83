package soma.tensor.spi;

/** Reductions over axes; the output keeps reduced axes with extent 1. */
public interface ReduceKernels {
    /** What is computed. Over no elements SUM is 0, MAX is -inf, MIN is +inf. */
    enum Reduce {
        SUM,
        MAX,
        MIN
    }

    /**
     * Reduces {@code x} over the axes in which {@code out} has extent 1 and {@code x} has not. The
     * order of summation depends on shapes only, never on threads.
     */
    void reduce(Reduce op, View x, View out);

    /**
     * INT32 index of the largest element along the last axis (lowest index on ties); {@code out}
     * lacks that axis.
     */
    void argmax(View x, View out);
}
