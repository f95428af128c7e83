package soma.tensor.spi;

/**
 * Softmax and losses. All operands are contiguous and, labels aside, of one type: FLOAT32 or
 * FLOAT64. NaN and infinities come out as PyTorch has them: a row of logits with a NaN or plus
 * infinity gives NaN, minus infinity the probability 0.
 */
public interface LossKernels {
    /**
     * {@code exp(x) / sum of exp(x)} over the last axis, for numbers of any size.
     *
     * @param x [..., k]
     * @param out as x
     */
    void softmax(View x, View out);

    /**
     * {@code gradX = out * (gradOut - sum of out * gradOut)}, sums over the last axis.
     *
     * @param out [..., k], what {@link #softmax} gave
     */
    void softmaxBackward(View out, View gradOut, View gradX);

    /** The logarithm of {@link #softmax}, good where that is next to 0 or 1. */
    void logSoftmax(View x, View out);

    /**
     * {@code gradX = gradOut - exp(out) * sum of gradOut}, sums over the last axis.
     *
     * @param out [..., k], what {@link #logSoftmax} gave
     */
    void logSoftmaxBackward(View out, View gradOut, View gradX);

    /**
     * {@code out[r] = -logSoftmax(logits)[r, labels[r]]}, which is not formed.
     *
     * @param logits [rows, k]
     * @param labels INT32 [rows], 0 to k - 1
     * @param out [rows]
     * @throws IndexOutOfBoundsException naming the label that is out of range, at once or, on a
     *     device that works on its own, when a result is next read
     */
    void crossEntropy(View logits, View labels, View out);

    /**
     * {@code gradLogits[r, j] = (softmax(logits)[r, j] - (j == labels[r] ? 1 : 0)) * gradOut[r]}.
     *
     * @param labels INT32 [rows], which {@link #crossEntropy} has checked
     * @param gradOut [rows]
     * @param gradLogits [rows, k]
     */
    void crossEntropyBackward(View logits, View labels, View gradOut, View gradLogits);

    /**
     * {@code out = (1 - t) x - min(x, 0) + log(1 + exp(-|x|))}, element by element: the
     * cross-entropy of a probability {@code sigmoid(x)} and one t.
     *
     * @param logits x, of any shape
     * @param targets t, of that shape
     */
    void binaryCrossEntropy(View logits, View targets, View out);

    /** {@code gradLogits = (sigmoid(logits) - targets) * gradOut}. */
    void binaryCrossEntropyBackward(View logits, View targets, View gradOut, View gradLogits);

    /**
     * {@code out = |d| < beta ? 0.5 d^2 / beta : |d| - 0.5 beta} with {@code d = prediction -
     * target}, element by element (Girshick 2015). A beta of 0 is plain L1.
     */
    void smoothL1(View prediction, View target, double beta, View out);

    /**
     * {@code gradPrediction = (|d| < beta ? d / beta : sign(d)) * gradOut}; sign(0) is 0. That of
     * the target is its negative.
     */
    void smoothL1Backward(
            View prediction, View target, double beta, View gradOut, View gradPrediction);
}
