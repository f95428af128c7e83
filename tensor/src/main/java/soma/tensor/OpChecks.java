package soma.tensor;

import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Op;

/** The checks that op families share, and the recording of their results. */
final class OpChecks {
    private OpChecks() {}

    /** All operands (null ones aside) must share the first one's device and dtype. */
    static void same(String op, Tensor first, String argument, Tensor other) {
        if (other == null) {
            return;
        }
        if (other.dtype() != first.dtype()) {
            throw DTypeException.of(op, argument, first.dtype(), other.dtype());
        }
        if (other.backend() != first.backend()) {
            throw new DeviceException(
                    op + ": " + argument + ": expected a tensor of the same device");
        }
    }

    static void floating(String op, String argument, Tensor t) {
        if (!t.dtype().isFloating()) {
            throw DTypeException.of(op, argument, "FLOAT32 or FLOAT64", t.dtype());
        }
    }

    static void dtype(String op, String argument, Tensor t, DType expected) {
        if (t.dtype() != expected) {
            throw DTypeException.of(op, argument, expected, t.dtype());
        }
    }

    static void rank(String op, String argument, Tensor t, int rank) {
        if (t.rank() != rank) {
            throw ShapeException.of(op, argument, "rank " + rank, t.shape());
        }
    }

    static void shape(String op, String argument, Tensor t, int... dims) {
        if (t != null && !t.shape().equals(Shape.of(dims))) {
            throw ShapeException.of(op, argument, Shape.of(dims), t.shape());
        }
    }

    static Tensor[] list(Tensor... tensors) {
        return tensors;
    }

    /** The result with its place in the graph; observers see it. */
    static Tensor record(Op op, Tensor out, Tensor[] inputs, Tensor[] saved, Object attribute) {
        var node = Autograd.record(op, out, inputs, saved, attribute);
        Tensor result = node == null ? out : new Tensor(out.view(), node);
        OpObserver.notify(op.name(), result);
        return result;
    }
}
