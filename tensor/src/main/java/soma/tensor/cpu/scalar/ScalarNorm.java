package soma.tensor.cpu.scalar;

import soma.tensor.spi.NormKernels;
import soma.tensor.spi.View;

/**
 * Batch and group normalisation by one rule: elements are put into sets (a channel, or a group of
 * channels of an image), and each set is normalised.
 */
final class ScalarNorm implements NormKernels {
    /** Which set an element belongs to. */
    private record Sets(int count, int size, int channels, int perImage, int groups) {
        /** One set for each channel. */
        static Sets batch(View x) {
            int c = x.shape().dim(-1);
            return new Sets(c, c == 0 ? 0 : x.shape().size() / c, c, Integer.MAX_VALUE, 0);
        }

        /** One set for each image and group of channels. */
        static Sets group(View x, int groups) {
            int n = x.shape().dim(0);
            int count = n * groups;
            int size = x.shape().size();
            return new Sets(
                    count,
                    count == 0 ? 0 : size / count,
                    x.shape().dim(-1),
                    n == 0 ? 0 : size / n,
                    groups);
        }

        int of(int element) {
            int channel = element % channels;
            return groups == 0
                    ? channel
                    : element / perImage * groups + channel / (channels / groups);
        }
    }

    @Override
    public void batchNorm(
            View x, View gamma, View beta, double eps, View out, View mean, View invStd) {
        forward(Sets.batch(x), x, gamma, beta, eps, out, mean, invStd);
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
        forward(Sets.group(x, groups), x, gamma, beta, eps, out, mean, invStd);
    }

    private static void forward(
            Sets sets,
            View x,
            View gamma,
            View beta,
            double eps,
            View out,
            View mean,
            View invStd) {
        double[] v = Values.of(x);
        double[] scale = Values.of(gamma);
        double[] shift = Values.of(beta);
        double[] mu = new double[sets.count()];
        double[] inv = new double[sets.count()];
        for (int i = 0; i < v.length; i++) {
            mu[sets.of(i)] += v[i] / sets.size();
        }
        for (int i = 0; i < v.length; i++) {
            double d = v[i] - mu[sets.of(i)];
            inv[sets.of(i)] += d * d / sets.size();
        }
        for (int s = 0; s < inv.length; s++) {
            inv[s] = 1 / Math.sqrt(inv[s] + eps);
        }
        for (int i = 0; i < v.length; i++) {
            int s = sets.of(i);
            int c = i % sets.channels();
            v[i] = (v[i] - mu[s]) * inv[s] * scale[c] + shift[c];
        }
        Values.store(v, out);
        Values.store(mu, mean);
        Values.store(inv, invStd);
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
        backward(Sets.batch(x), x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
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
        backward(
                Sets.group(x, groups), x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
    }

    private static void backward(
            Sets sets,
            View x,
            View gradOut,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        double[] v = Values.of(x);
        double[] grad = Values.of(gradOut);
        double[] scale = Values.of(gamma);
        double[] mu = Values.of(mean);
        double[] inv = Values.of(invStd);
        double[] toGamma = new double[sets.channels()];
        double[] toBeta = new double[sets.channels()];
        double[] sum = new double[sets.count()];
        double[] sumHat = new double[sets.count()];
        for (int i = 0; i < v.length; i++) {
            int s = sets.of(i);
            int c = i % sets.channels();
            v[i] = (v[i] - mu[s]) * inv[s]; // from here on v is normalised
            toGamma[c] += grad[i] * v[i];
            toBeta[c] += grad[i];
            sum[s] += grad[i] * scale[c];
            sumHat[s] += grad[i] * scale[c] * v[i];
        }
        for (int i = 0; i < v.length; i++) {
            int s = sets.of(i);
            double g = grad[i] * scale[i % sets.channels()];
            v[i] = inv[s] * (g - (sum[s] + v[i] * sumHat[s]) / sets.size());
        }
        Values.store(v, gradX);
        Values.store(toGamma, gradGamma);
        Values.store(toBeta, gradBeta);
    }
}
