package soma.tensor.cpu.scalar;

import soma.tensor.cpu.IndexRange;
import soma.tensor.spi.LossKernels;
import soma.tensor.spi.View;

/** Softmax and losses by their definitions. */
final class ScalarLoss implements LossKernels {
    @Override
    public void softmax(View x, View out) {
        double[] v = logProbabilities(x);
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.exp(v[i]);
        }
        Values.store(v, out);
    }

    @Override
    public void logSoftmax(View x, View out) {
        Values.store(logProbabilities(x), out);
    }

    /** {@code x - max - log(sum of exp(x - max))} of each row. */
    private static double[] logProbabilities(View x) {
        double[] v = Values.of(x);
        int k = x.shape().dim(-1);
        for (int row = 0; row < v.length; row += k) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + k; i++) {
                max = Math.max(max, v[i]);
            }
            double sum = 0;
            for (int i = row; i < row + k; i++) {
                sum += Math.exp(v[i] - max);
            }
            double log = Math.log(sum);
            for (int i = row; i < row + k; i++) {
                v[i] = v[i] - max - log;
            }
        }
        return v;
    }

    @Override
    public void softmaxBackward(View out, View gradOut, View gradX) {
        double[] y = Values.of(out);
        double[] g = Values.of(gradOut);
        int k = out.shape().dim(-1);
        for (int row = 0; row < y.length; row += k) {
            double dot = 0;
            for (int i = row; i < row + k; i++) {
                dot += y[i] * g[i];
            }
            for (int i = row; i < row + k; i++) {
                g[i] = y[i] * (g[i] - dot);
            }
        }
        Values.store(g, gradX);
    }

    @Override
    public void logSoftmaxBackward(View out, View gradOut, View gradX) {
        double[] y = Values.of(out);
        double[] g = Values.of(gradOut);
        int k = out.shape().dim(-1);
        for (int row = 0; row < y.length; row += k) {
            double sum = 0;
            for (int i = row; i < row + k; i++) {
                sum += g[i];
            }
            for (int i = row; i < row + k; i++) {
                g[i] -= Math.exp(y[i]) * sum;
            }
        }
        Values.store(g, gradX);
    }

    @Override
    public void crossEntropy(View logits, View labels, View out) {
        double[] logs = logProbabilities(logits);
        int[] label = Values.ints(labels);
        int k = logits.shape().dim(1);
        double[] loss = new double[label.length];
        for (int r = 0; r < loss.length; r++) {
            loss[r] = -logs[r * k + IndexRange.checked("crossEntropy: labels", label[r], k)];
        }
        Values.store(loss, out);
    }

    @Override
    public void crossEntropyBackward(View logits, View labels, View gradOut, View gradLogits) {
        double[] logs = logProbabilities(logits);
        int[] label = Values.ints(labels);
        double[] g = Values.of(gradOut);
        int k = logits.shape().dim(1);
        double[] to = new double[logs.length];
        for (int i = 0; i < to.length; i++) {
            int r = i / k;
            to[i] = (Math.exp(logs[i]) - (i % k == label[r] ? 1 : 0)) * g[r];
        }
        Values.store(to, gradLogits);
    }

    @Override
    public void binaryCrossEntropy(View logits, View targets, View out) {
        double[] x = Values.of(logits);
        double[] t = Values.of(targets);
        for (int i = 0; i < x.length; i++) {
            double log = Math.log1p(Math.exp(-Math.abs(x[i])));
            x[i] = (1 - t[i]) * x[i] - Math.min(x[i], 0) + log;
        }
        Values.store(x, out);
    }

    @Override
    public void binaryCrossEntropyBackward(
            View logits, View targets, View gradOut, View gradLogits) {
        double[] x = Values.of(logits);
        double[] t = Values.of(targets);
        double[] g = Values.of(gradOut);
        for (int i = 0; i < x.length; i++) {
            x[i] = (1 / (1 + Math.exp(-x[i])) - t[i]) * g[i];
        }
        Values.store(x, gradLogits);
    }

    @Override
    public void smoothL1(View prediction, View target, double beta, View out) {
        double[] d = difference(prediction, target);
        for (int i = 0; i < d.length; i++) {
            double size = Math.abs(d[i]);
            d[i] = size < beta ? 0.5 * size * size / beta : size - 0.5 * beta;
        }
        Values.store(d, out);
    }

    @Override
    public void smoothL1Backward(
            View prediction, View target, double beta, View gradOut, View gradPrediction) {
        double[] d = difference(prediction, target);
        double[] g = Values.of(gradOut);
        for (int i = 0; i < d.length; i++) {
            d[i] = (Math.abs(d[i]) < beta ? d[i] / beta : Math.signum(d[i])) * g[i];
        }
        Values.store(d, gradPrediction);
    }

    private static double[] difference(View prediction, View target) {
        double[] d = Values.of(prediction);
        double[] t = Values.of(target);
        for (int i = 0; i < d.length; i++) {
            d[i] -= t[i];
        }
        return d;
    }
}
