package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Op;
import soma.tensor.spi.ReduceKernels.Reduce;

/** Reductions over axes. */
final class Reduction {
    private Reduction() {}

    static Tensor reduce(Reduce f, Tensor x, boolean keepDims, int... axes) {
        int[] kept = x.shape().dims();
        if (axes.length == 0) {
            java.util.Arrays.fill(kept, 1);
        }
        for (int axis : axes) {
            kept[x.shape().axis(axis)] = 1;
        }
        Tensor out = Tensor.empty(f.name(), x.dtype(), Shape.of(kept));
        x.backend().reduce().reduce(f, x.view(), out.view());
        Tensor result =
                switch (f) {
                    case SUM -> OpChecks.record(Op.SUM, out, list(x), list(), null);
                    case MAX -> OpChecks.record(Op.AMAX, out, list(x), list(x, out), null);
                    case MIN -> OpChecks.record(Op.AMIN, out, list(x), list(x, out), null);
                };
        return keepDims ? result : result.reshape(without(x.shape(), axes));
    }

    private static int[] without(Shape shape, int... axes) {
        if (axes.length == 0) {
            return new int[0];
        }
        boolean[] gone = new boolean[shape.rank()];
        for (int axis : axes) {
            gone[shape.axis(axis)] = true;
        }
        int n = 0;
        int[] dims = new int[shape.rank()];
        for (int i = 0; i < gone.length; i++) {
            if (!gone[i]) {
                dims[n++] = shape.dim(i);
            }
        }
        return java.util.Arrays.copyOf(dims, n);
    }

    static Tensor argmax(Tensor x) {
        if (x.rank() == 0 || x.dim(-1) == 0) {
            throw ShapeException.of("argmax", "x", "a last axis with elements", x.shape());
        }
        int[] dims = x.shape().dims();
        Tensor out =
                Tensor.empty(
                        "argmax",
                        DType.INT32,
                        Shape.of(java.util.Arrays.copyOf(dims, dims.length - 1)));
        x.backend().reduce().argmax(x.contiguous().view(), out.view());
        return out;
    }
}
