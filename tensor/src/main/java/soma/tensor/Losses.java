package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Op;

/** Softmax and losses. */
final class Losses {
    /** Below this fvcore's {@code smooth_l1_loss} is plain L1. */
    private static final double SMALLEST_BETA = 1e-5;

    private Losses() {}

    static Tensor softmax(Tensor x) {
        OpChecks.floating("softmax", "x", x);
        Tensor in = x.contiguous();
        Tensor out = Tensor.empty("softmax", x.dtype(), x.shape());
        x.backend().loss().softmax(in.view(), out.view());
        return OpChecks.record(Op.SOFTMAX, out, list(in), list(out), null);
    }

    static Tensor logSoftmax(Tensor x) {
        OpChecks.floating("logSoftmax", "x", x);
        Tensor in = x.contiguous();
        Tensor out = Tensor.empty("logSoftmax", x.dtype(), x.shape());
        x.backend().loss().logSoftmax(in.view(), out.view());
        return OpChecks.record(Op.LOG_SOFTMAX, out, list(in), list(out), null);
    }

    static Tensor crossEntropy(Tensor logits, Tensor labels) {
        OpChecks.floating("crossEntropy", "logits", logits);
        OpChecks.rank("crossEntropy", "logits", logits, 2);
        OpChecks.dtype("crossEntropy", "labels", labels, DType.INT32);
        OpChecks.shape("crossEntropy", "labels", labels, logits.dim(0));
        Tensor in = logits.contiguous();
        Tensor index = labels.contiguous();
        Tensor out = Tensor.empty("crossEntropy", logits.dtype(), labels.shape());
        logits.backend().loss().crossEntropy(in.view(), index.view(), out.view());
        // The gradient reads the logits once more. A saved log-sum-exp would spare that pass, but
        // as a float32 it loses the digits that large logits share.
        return OpChecks.record(Op.CROSS_ENTROPY, out, list(in), list(in, index), null);
    }

    static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        String op = "binaryCrossEntropyWithLogits";
        Tensor[] pair = pair(op, "logits", logits, "targets", targets);
        Tensor out = Tensor.empty(op, logits.dtype(), pair[0].shape());
        logits.backend().loss().binaryCrossEntropy(pair[0].view(), pair[1].view(), out.view());
        return OpChecks.record(Op.BINARY_CROSS_ENTROPY, out, pair, pair, null);
    }

    static Tensor smoothL1(Tensor prediction, Tensor target, double beta) {
        Tensor[] pair = pair("smoothL1", "prediction", prediction, "target", target);
        double threshold = beta < SMALLEST_BETA ? 0 : beta;
        Tensor out = Tensor.empty("smoothL1", prediction.dtype(), pair[0].shape());
        prediction.backend().loss().smoothL1(pair[0].view(), pair[1].view(), threshold, out.view());
        return OpChecks.record(Op.SMOOTH_L1, out, pair, pair, threshold);
    }

    /** Both operands in their common shape, dense. */
    private static Tensor[] pair(String op, String first, Tensor a, String second, Tensor b) {
        OpChecks.floating(op, first, a);
        OpChecks.same(op, a, second, b);
        Shape shape = Shape.broadcast(op, a.shape(), b.shape());
        return list(spread(a, shape), spread(b, shape));
    }

    private static Tensor spread(Tensor t, Shape shape) {
        return (t.shape().equals(shape) ? t : t.broadcastTo(shape)).contiguous();
    }
}
