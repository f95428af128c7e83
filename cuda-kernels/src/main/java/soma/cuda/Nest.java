package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.tensor.Layout;
import soma.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Loops over operands of one shape, as the kernels take them: dimension 0 is the innermost, and
 * neighbouring dimensions are merged where all strides allow. Steps are in elements, 0 where an
 * operand is broadcast. The counterpart in PTX is described in {@code elementwise.ptx}.
 */
final class Nest {
    /** Dimensions that kernels take. */
    static final int MAX_RANK = 6;

    private final int[] extents;
    private final int[][] steps;
    private final int[] bases;
    private final int quads;
    private final int items;

    private Nest(int[] extents, int[][] steps, int[] bases, int quads, int items) {
        this.extents = extents;
        this.steps = steps;
        this.bases = bases;
        this.quads = quads;
        this.items = items;
    }

    /**
     * The loops over operands of one shape. Dimensions are ordered by the steps of the last
     * operand, the output, so that neighbouring threads write neighbouring elements.
     */
    static Nest of(Layout... operands) {
        Layout output = operands[operands.length - 1];
        int[] axes = new int[output.shape().rank()];
        for (int axis = 0; axis < axes.length; axis++) {
            axes[axis] = axis;
        }
        return over(sorted(axes, output), operands);
    }

    /** The axes with the largest step in a layout first; equal steps stay in order. */
    static int[] sorted(int[] axes, Layout layout) {
        int[] sorted = axes.clone();
        for (int i = 1; i < sorted.length; i++) {
            int k = i;
            for (; k > 0 && layout.stride(sorted[k - 1]) < layout.stride(axes[i]); k--) {
                sorted[k] = sorted[k - 1];
            }
            sorted[k] = axes[i];
        }
        return sorted;
    }

    /** The loops over some axes of operands that have these in common, the last one innermost. */
    static Nest over(int[] axes, Layout... operands) {
        Shape shape = operands[0].shape();
        int[] extents = new int[axes.length + 1];
        int[][] steps = new int[operands.length][axes.length + 1];
        int rank = 0;
        int items = 1;
        for (int k = axes.length - 1; k >= 0; k--) {
            int axis = axes[k];
            int extent = shape.dim(axis);
            items *= extent;
            if (extent == 1) {
                continue;
            }
            if (rank > 0 && merges(extents[rank - 1], steps, rank - 1, axis, operands)) {
                extents[rank - 1] *= extent;
                continue;
            }
            extents[rank] = extent;
            for (int i = 0; i < operands.length; i++) {
                steps[i][rank] = operands[i].stride(axis);
            }
            rank++;
        }
        if (rank == 0) {
            extents[rank++] = 1;
        }
        for (int i = 0; i < operands.length; i++) {
            steps[i] = Arrays.copyOf(steps[i], rank);
        }
        return new Nest(Arrays.copyOf(extents, rank), steps, new int[operands.length], 0, items);
    }

    private static boolean merges(
            int extent, int[][] steps, int inner, int axis, Layout... operands) {
        for (int i = 0; i < operands.length; i++) {
            if (operands[i].stride(axis) != steps[i][inner] * extent) {
                return false;
            }
        }
        return true;
    }

    /** How many dimensions are left, at least 1. */
    int rank() {
        return extents.length;
    }

    /** Extent of a dimension. */
    int extent(int dimension) {
        return extents[dimension];
    }

    /** Elements between neighbours of a dimension in an operand. */
    int step(int operand, int dimension) {
        return steps[operand][dimension];
    }

    /** Where an operand begins, in elements from where its view does. */
    int base(int operand) {
        return bases[operand];
    }

    /** Items that threads take: quads, then single elements. */
    int items() {
        return items;
    }

    /** How many of the items are four elements. */
    int quads() {
        return quads;
    }

    /** Whether the operand has one value for all elements of a quad. */
    boolean isSpread(int operand) {
        return quads > 0 && steps[operand][0] == 0;
    }

    /** These loops, cut along outer dimensions so that no part has more than kernels take. */
    List<Nest> parts() {
        if (extents.length <= MAX_RANK) {
            return List.of(this);
        }
        List<Nest> parts = new ArrayList<>();
        int outermost = extents.length - 1;
        for (int digit = 0; digit < extents[outermost]; digit++) {
            parts.addAll(without(outermost, digit).parts());
        }
        return parts;
    }

    private Nest without(int dimension, int digit) {
        int[][] left = new int[steps.length][];
        int[] at = bases.clone();
        for (int i = 0; i < steps.length; i++) {
            at[i] += digit * steps[i][dimension];
            left[i] = removed(steps[i], dimension, 0);
        }
        return new Nest(removed(extents, dimension, 1), left, at, 0, items / extents[dimension]);
    }

    /** The loops over all dimensions but one, for operands that begin where these do. */
    Nest without(int dimension) {
        return without(dimension, 0);
    }

    private static int[] removed(int[] values, int at, int ifNoneIsLeft) {
        if (values.length == 1) {
            return new int[] {ifNoneIsLeft};
        }
        int[] left = Arrays.copyOf(values, values.length - 1);
        System.arraycopy(values, at + 1, left, at, left.length - at);
        return left;
    }

    /**
     * The same loops over quads of consecutive elements where all operands are dense or broadcast
     * along dimension 0, and aligned; else these.
     *
     * @param addresses of the operands' views
     * @param bytes of an element of each
     */
    Nest inQuads(long[] addresses, int[] bytes) {
        boolean divides = extents.length == 1 ? extents[0] >= 4 : extents[0] % 4 == 0;
        if (!divides || steps[steps.length - 1][0] != 1) {
            return this;
        }
        int[][] quadSteps = new int[steps.length][];
        for (int i = 0; i < steps.length; i++) {
            if (steps[i][0] == 1) {
                if (!isAligned(steps[i], addresses[i] + (long) bases[i] * bytes[i], 4 * bytes[i])) {
                    return this;
                }
            } else if (steps[i][0] != 0) {
                return this;
            }
            quadSteps[i] = steps[i].clone();
            quadSteps[i][0] *= 4;
        }
        int[] quadExtents = extents.clone();
        quadExtents[0] /= 4;
        return new Nest(quadExtents, quadSteps, bases, items / 4, items / 4 + items % 4);
    }

    private static boolean isAligned(int[] steps, long address, int alignment) {
        for (int d = 1; d < steps.length; d++) {
            if (steps[d] % 4 != 0) {
                return false;
            }
        }
        return address % alignment == 0;
    }

    /** Passes {@link #items}, {@link #quads}, and the dimensions. */
    Arguments appendItemsTo(Arguments arguments) {
        return appendTo(arguments.u32(items).u32(quads));
    }

    /**
     * Passes the dimensions: how many are divided by, their extents and reciprocals, then the steps
     * of each operand.
     */
    Arguments appendTo(Arguments arguments) {
        int depth = extents.length - 1;
        arguments.u32(depth);
        for (int d = 0; d < MAX_RANK - 1; d++) {
            int extent = d < depth ? Math.max(1, extents[d]) : 1;
            int shift = 32 - Integer.numberOfLeadingZeros(extent - 1);
            long reciprocal = (((1L << shift) - extent) << 32) / extent + 1;
            arguments.u32(extent).u32((int) reciprocal).u32(shift);
        }
        for (int[] operand : steps) {
            for (int d = 0; d < MAX_RANK - 1; d++) {
                arguments.u32(d < depth ? operand[d] : 0);
            }
            arguments.u32(operand[depth]);
        }
        return arguments;
    }
}
