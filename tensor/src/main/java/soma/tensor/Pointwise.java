package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Op;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ElementwiseKernels.Compare;
import soma.tensor.spi.ElementwiseKernels.Unary;

/** Pointwise ops with broadcasting. */
final class Pointwise {
    private Pointwise() {}

    static Tensor unary(Unary f, Tensor x) {
        OpChecks.floating(f.name(), "x", x);
        Tensor out = Tensor.empty(f.name(), x.dtype(), x.shape());
        x.backend().elementwise().unary(f, x.view(), out.view());
        return switch (f) {
            // Piecewise constant: the gradient is zero almost everywhere and is not tracked.
            case FLOOR, SIGN, IS_FINITE -> out;
            case NEG -> OpChecks.record(Op.NEG, out, list(x), list(), null);
            case ABS, LOG, SOFTPLUS ->
                    OpChecks.record(Op.valueOf(f.name()), out, list(x), list(x), null);
            case EXP, SQRT, RSQRT, RECIPROCAL, SIGMOID, TANH, RELU ->
                    OpChecks.record(Op.valueOf(f.name()), out, list(x), list(out), null);
        };
    }

    static Tensor binary(Binary f, Tensor a, Tensor b) {
        String name = f.name();
        OpChecks.same(name, a, "right operand", b);
        Shape shape = Shape.broadcast(name, a.shape(), b.shape());
        Tensor out = Tensor.empty(name, a.dtype(), shape);
        a.backend().elementwise().binary(f, spread(a, shape), spread(b, shape), out.view());
        return switch (f) {
            case ADD, SUB -> OpChecks.record(Op.valueOf(name), out, list(a, b), list(), null);
            // A factor is saved only if the other one wants a gradient: weights times frozen
            // scales.
            case MUL ->
                    OpChecks.record(
                            Op.MUL,
                            out,
                            list(a, b),
                            list(b.requiresGrad() ? a : null, a.requiresGrad() ? b : null),
                            null);
            case DIV, MIN, MAX ->
                    OpChecks.record(Op.valueOf(name), out, list(a, b), list(a, b), null);
            case POW, RELU_GRAD -> notDifferentiable(name, out, a, b);
        };
    }

    private static Tensor notDifferentiable(String name, Tensor out, Tensor a, Tensor b) {
        if (soma.tensor.autograd.Autograd.isRecording() && (a.requiresGrad() || b.requiresGrad())) {
            throw new SomaException(
                    name + ": has no gradient with respect to a tensor; detach it first");
        }
        return out;
    }

    private static soma.tensor.spi.View spread(Tensor t, Shape shape) {
        return new soma.tensor.spi.View(t.storage(), t.view().layout().broadcastTo(shape));
    }

    static Tensor binary(Binary f, Tensor a, double scalar) {
        String name = f.name();
        Tensor out = Tensor.empty(name, a.dtype(), a.shape());
        a.backend().elementwise().binary(f, a.view(), scalar, out.view());
        return switch (f) {
            case ADD, SUB -> OpChecks.record(Op.ADD_SCALAR, out, list(a), list(), null);
            case MUL -> OpChecks.record(Op.MUL_SCALAR, out, list(a), list(), scalar);
            case DIV -> OpChecks.record(Op.MUL_SCALAR, out, list(a), list(), 1 / scalar);
            case POW -> OpChecks.record(Op.POW_SCALAR, out, list(a), list(a), scalar);
            case MIN -> OpChecks.record(Op.MIN_SCALAR, out, list(a), list(a), scalar);
            case MAX -> OpChecks.record(Op.MAX_SCALAR, out, list(a), list(a), scalar);
            case RELU_GRAD -> out;
        };
    }

    static Tensor compare(Compare f, Tensor a, Tensor b) {
        OpChecks.same(f.name(), a, "right operand", b);
        Shape shape = Shape.broadcast(f.name(), a.shape(), b.shape());
        Tensor out = Tensor.empty(f.name(), DType.BOOL, shape);
        a.backend().elementwise().compare(f, spread(a, shape), spread(b, shape), out.view());
        return out;
    }

    static Tensor compare(Compare f, Tensor a, double scalar) {
        Tensor out = Tensor.empty(f.name(), DType.BOOL, a.shape());
        a.backend().elementwise().compare(f, a.view(), scalar, out.view());
        return out;
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        OpChecks.dtype("where", "condition", condition, DType.BOOL);
        OpChecks.same("where", a, "b", b);
        Shape shape =
                Shape.broadcast(
                        "where", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
        Tensor out = Tensor.empty("where", a.dtype(), shape);
        a.backend()
                .elementwise()
                .where(spread(condition, shape), spread(a, shape), spread(b, shape), out.view());
        return OpChecks.record(Op.WHERE, out, list(null, a, b), list(condition), null);
    }
}
