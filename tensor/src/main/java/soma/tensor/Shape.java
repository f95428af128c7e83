package soma.tensor;

import java.util.Arrays;

/** The extents of a tensor, outermost first; immutable. Rank 0 is a scalar. */
public final class Shape {
    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        long product = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new ShapeException(
                        "shape: extents must not be negative, got " + Arrays.toString(dims));
            }
            product = Math.multiplyExact(product, (long) d);
            if (product > Integer.MAX_VALUE) {
                throw new ShapeException(
                        "shape: at most 2^31-1 elements, got " + Arrays.toString(dims));
            }
        }
        this.dims = dims;
        this.size = (int) product;
    }

    /**
     * A shape of the given extents.
     *
     * @throws ShapeException if an extent is negative or there are more than 2^31-1 elements
     */
    public static Shape of(int... dims) {
        return new Shape(dims.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Extent of dimension {@code i}; negative counts from the last. */
    public int dim(int i) {
        return dims[axis(i)];
    }

    /**
     * The dimension meant by {@code i}, where negative counts from the last.
     *
     * @throws ShapeException if there is no such dimension
     */
    public int axis(int i) {
        int axis = i < 0 ? i + dims.length : i;
        if (axis < 0 || axis >= dims.length) {
            throw new ShapeException("axis " + i + " is out of range for shape " + this);
        }
        return axis;
    }

    /** Number of elements; 1 for a scalar. */
    public int size() {
        return size;
    }

    /** The extents, as a fresh array. */
    public int[] dims() {
        return dims.clone();
    }

    /** This shape with dimension {@code i} (negative from the last) replaced. */
    public Shape with(int i, int extent) {
        int[] d = dims.clone();
        d[axis(i)] = extent;
        return new Shape(d);
    }

    /**
     * The common shape of two operands by NumPy's broadcasting rule.
     *
     * @throws ShapeException naming {@code op} and both shapes if they don't fit
     */
    public static Shape broadcast(String op, Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 0; i < rank; i++) {
            int x = i < rank - a.rank() ? 1 : a.dims[i - rank + a.rank()];
            int y = i < rank - b.rank() ? 1 : b.dims[i - rank + b.rank()];
            if (x != y && x != 1 && y != 1) {
                throw new ShapeException(
                        op + ": operands do not broadcast: left " + a + ", right " + b);
            }
            d[i] = x == 1 ? y : x;
        }
        return new Shape(d);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
