package soma.tensor.cpu.vector;

import soma.tensor.Shape;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.ReduceKernels.Reduce;

/**
 * A reduction of a dense operand as a loop over kept positions, reduced positions and a dense inner
 * row. Either the last axes are kept, and form the row; or they are reduced, the row is a single
 * element, and reduced positions are consecutive.
 */
final class ReducePlan {
    private final int width;
    private final int[] kept;
    private final int[] reduced;
    private final int keptCount;
    private final int reducedCount;

    private ReducePlan(int width, int[] kept, int[] reduced, int keptCount, int reducedCount) {
        this.width = width;
        this.kept = kept;
        this.reduced = reduced;
        this.keptCount = keptCount;
        this.reducedCount = reducedCount;
    }

    /** The plan, or null if axes are mixed in another way. */
    static ReducePlan of(Shape x, Shape out) {
        int axis = x.rank() - 1;
        int width = 1;
        while (axis >= 0 && x.dim(axis) == out.dim(axis)) {
            width *= x.dim(axis--);
        }
        int stride = width;
        if (width == 1) {
            return overLastAxes(x, out);
        }
        int[] kept = offsets(x, out, axis, stride, true);
        int[] reduced = offsets(x, out, axis, stride, false);
        return new ReducePlan(width, kept, reduced, kept.length, reduced.length);
    }

    private static ReducePlan overLastAxes(Shape x, Shape out) {
        int axis = x.rank() - 1;
        int reduced = 1;
        while (axis >= 0 && (x.dim(axis) != out.dim(axis) || x.dim(axis) == 1)) {
            reduced *= x.dim(axis--);
        }
        int kept = 1;
        for (; axis >= 0; axis--) {
            if (x.dim(axis) != out.dim(axis)) {
                return null;
            }
            kept *= x.dim(axis);
        }
        return new ReducePlan(1, null, null, kept, reduced);
    }

    /** Where in x the kept, or the reduced, positions of axes up to {@code last} lie, in order. */
    private static int[] offsets(Shape x, Shape out, int last, int innerStride, boolean wantKept) {
        int[] at = {0};
        int stride = innerStride;
        for (int axis = last; axis >= 0; axis--) {
            int extent = x.dim(axis);
            if ((extent == out.dim(axis)) == wantKept) {
                int[] next = new int[at.length * extent];
                for (int i = 0; i < next.length; i++) {
                    next[i] = i / at.length * stride + at[i % at.length];
                }
                at = next;
            }
            stride *= extent;
        }
        return at;
    }

    /** Elements of the inner row. */
    int width() {
        return width;
    }

    /** Number of output rows. */
    int kept() {
        return keptCount;
    }

    /** Number of input rows of each output row. */
    int reduced() {
        return reducedCount;
    }

    /** Where the input rows of output row {@code i} begin. */
    int keptOffset(int i) {
        return kept[i];
    }

    /** How far the r-th input row is from the first. */
    int reducedOffset(int r) {
        return reduced[r];
    }

    /** The function that combines two rows. */
    static Binary binary(Reduce op) {
        return switch (op) {
            case SUM -> Binary.ADD;
            case MAX -> Binary.MAX;
            case MIN -> Binary.MIN;
        };
    }
}
