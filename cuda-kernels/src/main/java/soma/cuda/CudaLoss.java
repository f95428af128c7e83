package soma.cuda;

import static soma.cuda.OperandTypes.require;
import static soma.cuda.OperandTypes.requireFloat;

import soma.cuda.IndexCheck.Site;
import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.LossKernels;
import soma.tensor.spi.View;

/**
 * Softmax and losses of {@code loss.ptx}: FLOAT32, smooth L1 of FLOAT64 as well. A label out of
 * range is reported when a result is next read.
 */
final class CudaLoss implements LossKernels {
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Rows from this length on get a block each. */
    private static final int LONG_ROW = 1024;

    /** What {@code softmax_f32} makes of a row. */
    private static final int SOFTMAX = 0;

    private static final int LOG_SOFTMAX = 1;
    private static final int CROSS_ENTROPY = 2;
    private static final int CROSS_ENTROPY_BACKWARD = 3;

    private final Launcher launcher;
    private final IndexCheck check;

    CudaLoss(Launcher launcher, IndexCheck check) {
        this.launcher = launcher;
        this.check = check;
    }

    @Override
    public void softmax(View x, View out) {
        requireFloat("softmax", "operand", x, out);
        rows(SOFTMAX, x, 0, 0, out, 0);
    }

    @Override
    public void logSoftmax(View x, View out) {
        requireFloat("logSoftmax", "operand", x, out);
        rows(LOG_SOFTMAX, x, 0, 0, out, 0);
    }

    @Override
    public void crossEntropy(View logits, View labels, View out) {
        requireFloat("crossEntropy", "operand", logits, out);
        require("crossEntropy", "labels", labels, DType.INT32);
        rows(CROSS_ENTROPY, logits, Launcher.address(labels), 0, out, check.record());
    }

    @Override
    public void crossEntropyBackward(View logits, View labels, View gradOut, View gradLogits) {
        requireFloat("crossEntropy backward", "operand", logits, gradOut, gradLogits);
        require("crossEntropy backward", "labels", labels, DType.INT32);
        rows(
                CROSS_ENTROPY_BACKWARD,
                logits,
                Launcher.address(labels),
                Launcher.address(gradOut),
                gradLogits,
                0);
    }

    private void rows(int op, View x, long labels, long gradOut, View out, long errors) {
        if (out.shape().size() == 0) {
            return;
        }
        int rows = rowsOf(x);
        int k = x.shape().dim(-1);
        launcher.launch(
                KernelFamily.LOSS,
                "softmax_f32",
                geometry(rows, k),
                new Arguments()
                        .address(Launcher.address(x))
                        .address(labels)
                        .address(gradOut)
                        .address(Launcher.address(out))
                        .address(errors)
                        .u32(Site.CROSS_ENTROPY.code())
                        .u32(op)
                        .u32(rows)
                        .u32(k));
    }

    @Override
    public void softmaxBackward(View out, View gradOut, View gradX) {
        backward(SOFTMAX, out, gradOut, gradX);
    }

    @Override
    public void logSoftmaxBackward(View out, View gradOut, View gradX) {
        backward(LOG_SOFTMAX, out, gradOut, gradX);
    }

    private void backward(int op, View out, View gradOut, View gradX) {
        requireFloat("softmax backward", "operand", out, gradOut, gradX);
        if (out.shape().size() == 0) {
            return;
        }
        int rows = rowsOf(out);
        int k = out.shape().dim(-1);
        launcher.launch(
                KernelFamily.LOSS,
                "softmax_backward_f32",
                geometry(rows, k),
                new Arguments()
                        .address(Launcher.address(out))
                        .address(Launcher.address(gradOut))
                        .address(Launcher.address(gradX))
                        .u32(op)
                        .u32(rows)
                        .u32(k));
    }

    private static int rowsOf(View x) {
        return x.shape().with(-1, 1).size();
    }

    private Geometry geometry(int rows, int k) {
        int width = k >= LONG_ROW ? THREADS : WARP;
        int perBlock = THREADS / width;
        int blocks = Math.min(Math.ceilDiv(rows, perBlock), launcher.wave());
        return new Geometry(blocks, 1, 1, width, perBlock, 1, 0);
    }

    @Override
    public void binaryCrossEntropy(View logits, View targets, View out) {
        requireFloat("binaryCrossEntropyWithLogits", "operand", logits, targets, out);
        each("bce_f32", out, addresses(logits, targets, out));
    }

    @Override
    public void binaryCrossEntropyBackward(
            View logits, View targets, View gradOut, View gradLogits) {
        String op = "binaryCrossEntropyWithLogits backward";
        requireFloat(op, "operand", logits, targets, gradOut, gradLogits);
        each("bce_backward_f32", gradLogits, addresses(logits, targets, gradOut, gradLogits));
    }

    @Override
    public void smoothL1(View prediction, View target, double beta, View out) {
        OperandTypes.requireFloating("smoothL1", "operand", prediction, target, out);
        each(
                "smooth_l1_any",
                out,
                addresses(prediction, target, out).f64(beta).u32(out.dtype().bytes()));
    }

    @Override
    public void smoothL1Backward(
            View prediction, View target, double beta, View gradOut, View gradPrediction) {
        OperandTypes.requireFloating(
                "smoothL1 backward", "operand", prediction, target, gradOut, gradPrediction);
        each(
                "smooth_l1_backward_any",
                gradPrediction,
                addresses(prediction, target, gradOut, gradPrediction)
                        .f64(beta)
                        .u32(gradPrediction.dtype().bytes()));
    }

    private static Arguments addresses(View... operands) {
        Arguments arguments = new Arguments();
        for (View operand : operands) {
            arguments.address(Launcher.address(operand));
        }
        return arguments;
    }

    private void each(String entry, View out, Arguments arguments) {
        int count = out.shape().size();
        if (count > 0) {
            launcher.launch(
                    KernelFamily.LOSS,
                    entry,
                    Geometry.covering(count, THREADS, launcher.wave()),
                    arguments.u32(count));
        }
    }
}
