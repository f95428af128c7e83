package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.DType;
import soma.tensor.cpu.IndexRange;
import soma.tensor.spi.LossKernels;
import soma.tensor.spi.View;

/** Softmax and losses of float32, spread over rows or elements; float64 goes to the reference. */
final class VectorLoss implements LossKernels {
    /** Elements of rows that are worth a task of their own: an exponential is several additions. */
    private static final int GRAIN = Spans.GRAIN / 4;

    private final LossKernels reference;

    VectorLoss(LossKernels reference) {
        this.reference = reference;
    }

    private static boolean isFloat(View x) {
        return x.dtype() == DType.FLOAT32;
    }

    /** What is done with a row, given its number. */
    @FunctionalInterface
    private interface Row {
        void run(int row);
    }

    private static void eachRow(View x, Row body) {
        Spans.forEach(
                x.shape().with(-1, 1).size(),
                Math.max(1, GRAIN / Math.max(1, x.shape().dim(-1))),
                (from, to) -> {
                    for (int row = from; row < to; row++) {
                        body.run(row);
                    }
                });
    }

    private static int at(View x, int row) {
        return x.layout().offset() + row * x.shape().dim(-1);
    }

    /** A row of k elements at i of {@code from} to one at o of {@code to}. */
    @FunctionalInterface
    private interface Forward {
        void run(float[] from, int i, float[] to, int o, int k);
    }

    private static void forward(View x, View out, Forward body) {
        float[] from = floats(x);
        float[] to = floats(out);
        int k = x.shape().dim(-1);
        eachRow(x, row -> body.run(from, at(x, row), to, at(out, row), k));
    }

    /** A result's row of k elements at i of y, and its gradient at j of g, to one at o of to. */
    @FunctionalInterface
    private interface Backward {
        void run(float[] y, int i, float[] g, int j, float[] to, int o, int k);
    }

    private static void backward(View out, View gradOut, View gradX, Backward body) {
        float[] y = floats(out);
        float[] g = floats(gradOut);
        float[] to = floats(gradX);
        int k = out.shape().dim(-1);
        eachRow(out, row -> body.run(y, at(out, row), g, at(gradOut, row), to, at(gradX, row), k));
    }

    @Override
    public void softmax(View x, View out) {
        if (!isFloat(x)) {
            reference.softmax(x, out);
            return;
        }
        forward(x, out, (from, i, to, o, k) -> SoftmaxRows.softmax(from, i, 1, to, o, k));
    }

    @Override
    public void softmaxBackward(View out, View gradOut, View gradX) {
        if (!isFloat(out)) {
            reference.softmaxBackward(out, gradOut, gradX);
            return;
        }
        backward(out, gradOut, gradX, SoftmaxRows::backward);
    }

    @Override
    public void logSoftmax(View x, View out) {
        if (!isFloat(x)) {
            reference.logSoftmax(x, out);
            return;
        }
        forward(x, out, SoftmaxRows::logSoftmax);
    }

    @Override
    public void logSoftmaxBackward(View out, View gradOut, View gradX) {
        if (!isFloat(out)) {
            reference.logSoftmaxBackward(out, gradOut, gradX);
            return;
        }
        backward(out, gradOut, gradX, SoftmaxRows::logBackward);
    }

    @Override
    public void crossEntropy(View logits, View labels, View out) {
        if (!isFloat(logits)) {
            reference.crossEntropy(logits, labels, out);
            return;
        }
        float[] from = floats(logits);
        int[] label = ints(labels);
        float[] to = floats(out);
        int k = logits.shape().dim(1);
        eachRow(
                logits,
                row -> {
                    int l =
                            IndexRange.checked(
                                    "crossEntropy: labels",
                                    label[labels.layout().offset() + row],
                                    k);
                    to[out.layout().offset() + row] =
                            SoftmaxRows.crossEntropy(from, at(logits, row), l, k);
                });
    }

    @Override
    public void crossEntropyBackward(View logits, View labels, View gradOut, View gradLogits) {
        if (!isFloat(logits)) {
            reference.crossEntropyBackward(logits, labels, gradOut, gradLogits);
            return;
        }
        float[] from = floats(logits);
        int[] label = ints(labels);
        float[] g = floats(gradOut);
        float[] to = floats(gradLogits);
        int k = logits.shape().dim(1);
        eachRow(
                logits,
                row -> {
                    float scale = g[gradOut.layout().offset() + row];
                    int o = at(gradLogits, row);
                    SoftmaxRows.softmax(from, at(logits, row), scale, to, o, k);
                    to[o + label[labels.layout().offset() + row]] -= scale;
                });
    }

    @Override
    public void binaryCrossEntropy(View logits, View targets, View out) {
        if (!isFloat(logits)) {
            reference.binaryCrossEntropy(logits, targets, out);
            return;
        }
        LossRows rows = LossRows.of(logits, targets, null, out);
        Spans.forEach(out.shape().size(), Spans.GRAIN, rows::binaryCrossEntropy);
    }

    @Override
    public void binaryCrossEntropyBackward(
            View logits, View targets, View gradOut, View gradLogits) {
        if (!isFloat(logits)) {
            reference.binaryCrossEntropyBackward(logits, targets, gradOut, gradLogits);
            return;
        }
        LossRows rows = LossRows.of(logits, targets, gradOut, gradLogits);
        Spans.forEach(gradLogits.shape().size(), Spans.GRAIN, rows::binaryCrossEntropyBackward);
    }

    @Override
    public void smoothL1(View prediction, View target, double beta, View out) {
        if (!isFloat(prediction)) {
            reference.smoothL1(prediction, target, beta, out);
            return;
        }
        LossRows rows = LossRows.of(prediction, target, null, out);
        Spans.forEach(
                out.shape().size(),
                Spans.GRAIN,
                (from, to) -> rows.smoothL1((float) beta, from, to));
    }

    @Override
    public void smoothL1Backward(
            View prediction, View target, double beta, View gradOut, View gradPrediction) {
        if (!isFloat(prediction)) {
            reference.smoothL1Backward(prediction, target, beta, gradOut, gradPrediction);
            return;
        }
        LossRows rows = LossRows.of(prediction, target, gradOut, gradPrediction);
        Spans.forEach(
                gradPrediction.shape().size(),
                Spans.GRAIN,
                (from, to) -> rows.smoothL1Backward((float) beta, from, to));
    }
}
