package soma.tensor;

import static soma.tensor.OpChecks.list;

import soma.tensor.autograd.Attributes.SliceRange;
import soma.tensor.autograd.Op;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Views and copies: what elements are where, not what they are. */
final class Movement {
    private Movement() {}

    private static Tensor viewOf(Op op, Tensor x, Layout layout, Object attribute) {
        Tensor out = new Tensor(new View(x.storage(), layout), null);
        return OpChecks.record(op, out, list(x), list(), attribute);
    }

    static Tensor reshape(Tensor x, int... dims) {
        int[] d = dims.clone();
        int unknown = -1;
        int known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && unknown < 0) {
                unknown = i;
            } else {
                known *= d[i];
            }
        }
        if (unknown >= 0) {
            d[unknown] = known == 0 ? 0 : x.size() / known;
        }
        Shape target = Shape.of(d);
        if (target.size() != x.size()) {
            throw ShapeException.of(
                    "reshape",
                    "shape",
                    x.size() + " elements as in " + x.shape(),
                    Arrays.toString(dims));
        }
        Layout layout = x.view().layout().reshape(target);
        return layout == null ? reshape(contiguous(x), d) : viewOf(Op.RESHAPE, x, layout, null);
    }

    static Tensor permute(Tensor x, int... axes) {
        int[] a = new int[axes.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = x.shape().axis(axes[i]);
        }
        return viewOf(Op.PERMUTE, x, x.view().layout().permute(a), a);
    }

    static Tensor slice(Tensor x, int axis, int from, int to, int step) {
        int a = x.shape().axis(axis);
        return viewOf(
                Op.SLICE,
                x,
                x.view().layout().slice(a, from, to, step),
                new SliceRange(a, from, to, step));
    }

    static Tensor broadcastTo(Tensor x, Shape target) {
        return viewOf(Op.BROADCAST, x, x.view().layout().broadcastTo(target), null);
    }

    static Tensor contiguous(Tensor x) {
        return x.view().layout().isContiguous() ? x : copy(x, x.dtype());
    }

    static Tensor cast(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : copy(x, dtype);
    }

    private static Tensor copy(Tensor x, DType dtype) {
        Tensor out = Tensor.empty("copy", dtype, x.shape());
        x.backend().elementwise().copy(x.view(), out.view());
        Tensor input = dtype.isFloating() ? x : x.detach();
        return OpChecks.record(Op.COPY, out, list(input), list(), x.dtype());
    }

    static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw ShapeException.of("concat", "parts", "at least one tensor", "none");
        }
        Shape first = parts[0].shape();
        int a = first.axis(axis);
        int total = 0;
        for (int i = 0; i < parts.length; i++) {
            OpChecks.same("concat", parts[0], "part " + i, parts[i]);
            if (parts[i].rank() != first.rank()
                    || !parts[i].shape().with(a, first.dim(a)).equals(first)) {
                throw ShapeException.of(
                        "concat", "part " + i, first + " but for axis " + a, parts[i].shape());
            }
            total += parts[i].dim(a);
        }
        Tensor out = Tensor.empty("concat", parts[0].dtype(), first.with(a, total));
        int from = 0;
        for (Tensor part : parts) {
            Layout place = out.view().layout().slice(a, from, from + part.dim(a), 1);
            out.backend().elementwise().copy(part.view(), new View(out.storage(), place));
            from += part.dim(a);
        }
        return OpChecks.record(Op.CONCAT, out, parts, list(), a);
    }
}
