package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;

import soma.tensor.DType;
import soma.tensor.spi.NormKernels;
import soma.tensor.spi.View;

/**
 * Batch and group normalisation of float32 by column sums: batch norm is one image with a group for
 * each channel. Statistics take two passes, so that a large mean costs no digits.
 */
final class VectorNorm implements NormKernels {
    private final NormKernels reference;

    VectorNorm(NormKernels reference) {
        this.reference = reference;
    }

    @Override
    public void batchNorm(
            View x, View gamma, View beta, double eps, View out, View mean, View invStd) {
        if (x.dtype() != DType.FLOAT32 || x.shape().size() == 0) {
            reference.batchNorm(x, gamma, beta, eps, out, mean, invStd);
            return;
        }
        int c = x.shape().dim(-1);
        new NormPass(1, x.shape().size() / c, c, c).forward(x, gamma, beta, eps, out, mean, invStd);
    }

    @Override
    public void groupNorm(
            View x,
            int groups,
            View gamma,
            View beta,
            double eps,
            View out,
            View mean,
            View invStd) {
        if (x.dtype() != DType.FLOAT32 || x.shape().size() == 0) {
            reference.groupNorm(x, groups, gamma, beta, eps, out, mean, invStd);
            return;
        }
        perImage(x, groups).forward(x, gamma, beta, eps, out, mean, invStd);
    }

    private static NormPass perImage(View x, int groups) {
        int n = x.shape().dim(0);
        int c = x.shape().dim(-1);
        return new NormPass(n, x.shape().size() / c / n, c, groups);
    }

    @Override
    public void batchNormBackward(
            View x,
            View gradOut,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        if (x.dtype() != DType.FLOAT32 || x.shape().size() == 0) {
            reference.batchNormBackward(
                    x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
            return;
        }
        int c = x.shape().dim(-1);
        new NormPass(1, x.shape().size() / c, c, c)
                .backward(x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
    }

    @Override
    public void groupNormBackward(
            View x,
            View gradOut,
            int groups,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        if (x.dtype() != DType.FLOAT32 || x.shape().size() == 0) {
            reference.groupNormBackward(
                    x, gradOut, groups, gamma, mean, invStd, gradX, gradGamma, gradBeta);
            return;
        }
        perImage(x, groups).backward(x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
    }

    /** Elements of a vector as float64. */
    static double[] doubles(View v) {
        float[] from = floats(v);
        double[] to = new double[v.shape().size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = from[v.layout().offset() + i];
        }
        return to;
    }

    /** Rounds to a float32 operand. */
    static void store(double[] values, View to) {
        float[] target = floats(to);
        for (int i = 0; i < values.length; i++) {
            target[to.layout().offset() + i] = (float) values[i];
        }
    }
}
