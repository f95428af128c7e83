package soma.tensor;

import java.util.Arrays;

/**
 * Where the elements of a shape lie in a linear buffer: a stride per dimension and an offset, in
 * elements. A layout knows nothing of storage; views are new layouts over the same storage and
 * never copy.
 */
public final class Layout {
    private final Shape shape;
    private final int[] strides;
    private final int offset;

    private Layout(Shape shape, int[] strides, int offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /** Row-major from offset 0. */
    public static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    private static int[] rowMajor(Shape shape) {
        int[] strides = new int[shape.rank()];
        int step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(1, shape.dim(i));
        }
        return strides;
    }

    /** The extents. */
    public Shape shape() {
        return shape;
    }

    /**
     * Elements between neighbours along dimension {@code i}; negative counts from the last; 0 where
     * broadcast.
     */
    public int stride(int i) {
        return strides[shape.axis(i)];
    }

    /** Index of the first element. */
    public int offset() {
        return offset;
    }

    /** Whether the elements lie row-major without gaps (from any offset). */
    public boolean isContiguous() {
        int step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            int extent = shape.dim(i);
            if (extent == 0) {
                return true;
            }
            if (extent != 1 && strides[i] != step) {
                return false;
            }
            step *= extent;
        }
        return true;
    }

    /**
     * Reorders dimensions: dimension {@code i} of the result is dimension {@code axes[i]} of this.
     */
    public Layout permute(int... axes) {
        if (axes.length != shape.rank()) {
            throw ShapeException.of(
                    "permute", "axes", shape.rank() + " of them", Arrays.toString(axes));
        }
        boolean[] seen = new boolean[axes.length];
        int[] dims = new int[axes.length];
        int[] st = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            int a = shape.axis(axes[i]);
            if (seen[a]) {
                throw ShapeException.of("permute", "axes", "each axis once", Arrays.toString(axes));
            }
            seen[a] = true;
            dims[i] = shape.dim(a);
            st[i] = strides[a];
        }
        return new Layout(Shape.of(dims), st, offset);
    }

    /**
     * The range {@code from} (inclusive) to {@code to} (exclusive) of a dimension, every {@code
     * step}-th element.
     */
    public Layout slice(int axis, int from, int to, int step) {
        int a = shape.axis(axis);
        if (from < 0 || to > shape.dim(a) || from > to || step < 1) {
            throw ShapeException.of(
                    "slice",
                    "range of axis " + axis,
                    "within [0, " + shape.dim(a) + ") of " + shape,
                    from + ".." + to + " step " + step);
        }
        int[] st = strides.clone();
        st[a] *= step;
        int extent = (to - from + step - 1) / step;
        return new Layout(shape.with(a, extent), st, offset + from * strides[a]);
    }

    /**
     * Repeats dimensions of extent 1 (and missing leading ones) without copying.
     *
     * @throws ShapeException if this shape doesn't broadcast to {@code target}
     */
    public Layout broadcastTo(Shape target) {
        int lead = target.rank() - shape.rank();
        int[] st = new int[target.rank()];
        for (int i = 0; i < st.length; i++) {
            if (i < lead) {
                continue;
            }
            int extent = shape.dim(i - lead);
            if (extent == target.dim(i)) {
                st[i] = extent == 1 ? 0 : strides[i - lead];
            } else if (extent != 1) {
                throw ShapeException.of(
                        "broadcastTo", "shape", "one that broadcasts to " + target, shape);
            }
        }
        if (lead < 0) {
            throw ShapeException.of(
                    "broadcastTo", "shape", "one that broadcasts to " + target, shape);
        }
        return new Layout(target, st, offset);
    }

    /** The same elements under another shape, or null where that needs a copy. */
    public Layout reshape(Shape target) {
        if (target.size() != shape.size()) {
            throw ShapeException.of(
                    "reshape", "shape", shape.size() + " elements as in " + shape, target);
        }
        // Nothing is read through the strides of an empty layout, so any will do.
        if (isContiguous() || target.size() == 0) {
            return new Layout(target, rowMajor(target), offset);
        }
        return splitAndMerge(target);
    }

    /**
     * Matches runs of old and new dimensions with equal products; a run merges only where its
     * strides allow.
     */
    private Layout splitAndMerge(Shape target) {
        int[] st = new int[target.rank()];
        int i = 0;
        int j = 0;
        while (i < shape.rank() || j < target.rank()) {
            int iEnd = i;
            int jEnd = j;
            long oldProduct = iEnd < shape.rank() ? shape.dim(iEnd++) : 1;
            long newProduct = jEnd < target.rank() ? target.dim(jEnd++) : 1;
            while (oldProduct != newProduct) {
                if (oldProduct < newProduct) {
                    oldProduct *= shape.dim(iEnd++);
                } else {
                    newProduct *= target.dim(jEnd++);
                }
            }
            int step = -1;
            for (int k = iEnd - 1; k >= i; k--) {
                if (shape.dim(k) == 1) {
                    continue;
                }
                if (step < 0) {
                    step = strides[k];
                } else if (strides[k] != step) {
                    return null;
                }
                step = step * shape.dim(k);
            }
            int inner = innermostStride(i, iEnd);
            for (int k = jEnd - 1; k >= j; k--) {
                st[k] = inner;
                inner *= target.dim(k);
            }
            i = iEnd;
            j = jEnd;
        }
        return new Layout(target, st, offset);
    }

    private int innermostStride(int from, int to) {
        for (int k = to - 1; k >= from; k--) {
            if (shape.dim(k) != 1) {
                return strides[k];
            }
        }
        return 1;
    }

    @Override
    public String toString() {
        return "shape " + shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
