package soma.tensor.spi;

/**
 * Normalisations of contiguous maps, channels last. Variances are biased; {@code invStd = 1 /
 * sqrt(var + eps)}.
 */
public interface NormKernels {
    /**
     * Batch normalisation with the statistics of the batch (Ioffe and Szegedy 2015).
     *
     * @param x [..., c]
     * @param gamma [c]
     * @param beta [c]
     * @param out as x
     * @param mean [c], written
     * @param invStd [c], written
     */
    void batchNorm(View x, View gamma, View beta, double eps, View out, View mean, View invStd);

    /**
     * Gradients of {@link #batchNorm}; each of {@code gradX, gradGamma, gradBeta} is overwritten.
     */
    void batchNormBackward(
            View x,
            View gradOut,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta);

    /**
     * Group normalisation (Wu and He 2018).
     *
     * @param x [n, ..., c]
     * @param groups divides c
     * @param mean [n, groups], written
     * @param invStd [n, groups], written
     */
    void groupNorm(
            View x,
            int groups,
            View gamma,
            View beta,
            double eps,
            View out,
            View mean,
            View invStd);

    /** Gradients of {@link #groupNorm}; each is overwritten. */
    void groupNormBackward(
            View x,
            View gradOut,
            int groups,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta);
}
