package soma.tensor.spi;

/** Selection by INT32 index and sorting; all operands contiguous. */
public interface IndexKernels {
    /** {@code out[i, ...] = x[index[i], ...]}. */
    void indexSelect(View x, View index, View out);

    /** {@code out[index[i], ...] += x[i, ...]}, in the order of i. */
    void indexAdd(View x, View index, View out);

    /** {@code out[r, j] = x[r, index[r, j]]} for x [rows, k] and index [rows, j]. */
    void gather(View x, View index, View out);

    /** {@code out[r, index[r, j]] += x[r, j]}. */
    void scatterAdd(View x, View index, View out);

    /**
     * Indices that sort each row of x [rows, k] (stable: lower index first among equals; NaN last).
     *
     * @param index INT32 [rows, j] with j at most k: the first j of each row's order
     */
    void argsort(View x, boolean descending, View index);

    /**
     * Position of each true element of a BOOL vector, ascending; returns how many. {@code out} has
     * x's length.
     */
    int nonZero(View x, View out);
}
