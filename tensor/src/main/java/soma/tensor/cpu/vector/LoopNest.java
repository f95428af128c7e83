package soma.tensor.cpu.vector;

import soma.tensor.Layout;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.View;

import java.util.Arrays;

/**
 * Loops over operands of one shape: neighbouring axes are merged where all strides allow, and the
 * innermost remaining axis is handed to a kernel row by row. Broadcast operands have stride 0.
 */
final class LoopNest {
    private static final int MAX_TASKS = 256;

    private final int[] extents;
    private final int[][] strides;
    private final int[] offsets;

    private LoopNest(int[] extents, int[][] strides, int[] offsets) {
        this.extents = extents;
        this.strides = strides;
        this.offsets = offsets;
    }

    /** Part of a row: {@code at[i]} is where it begins in operand {@code i}. */
    @FunctionalInterface
    interface Row {
        void run(int[] at, int length);
    }

    /** The loops over operands of one shape. */
    static LoopNest of(View... operands) {
        Layout first = operands[0].layout();
        int rank = first.shape().rank();
        int[] extents = new int[rank + 1];
        int[][] strides = new int[operands.length][rank + 1];
        int depth = 0;
        for (int axis = 0; axis < rank; axis++) {
            int extent = first.shape().dim(axis);
            if (extent == 1) {
                continue;
            }
            if (depth > 0 && merges(operands, strides, depth - 1, axis, extent)) {
                extents[depth - 1] *= extent;
                depth--;
            } else {
                extents[depth] = extent;
            }
            for (int i = 0; i < operands.length; i++) {
                strides[i][depth] = operands[i].layout().stride(axis);
            }
            depth++;
        }
        if (depth == 0) {
            extents[depth++] = 1;
            for (int[] s : strides) {
                s[0] = 1;
            }
        }
        int[] offsets = new int[operands.length];
        for (int i = 0; i < operands.length; i++) {
            offsets[i] = operands[i].layout().offset();
            strides[i] = Arrays.copyOf(strides[i], depth);
        }
        return new LoopNest(Arrays.copyOf(extents, depth), strides, offsets);
    }

    private static boolean merges(
            View[] operands, int[][] strides, int outer, int axis, int extent) {
        for (int i = 0; i < operands.length; i++) {
            if (strides[i][outer] != operands[i].layout().stride(axis) * extent) {
                return false;
            }
        }
        return true;
    }

    /** Distance between neighbours of a row in an operand. */
    int stride(int operand) {
        return strides[operand][extents.length - 1];
    }

    /** Whether the rows lie without gaps in the first {@code operands} operands. */
    boolean rowsAreDense(int operands) {
        for (int i = 0; i < operands; i++) {
            if (stride(i) != 1) {
                return false;
            }
        }
        return true;
    }

    /** Runs the kernel on all rows; long rows are cut, and threads share the pieces. */
    void run(Row row) {
        int inner = extents[extents.length - 1];
        int rows = 1;
        for (int i = 0; i < extents.length - 1; i++) {
            rows *= extents[i];
        }
        if (inner == 0 || rows == 0) {
            return;
        }
        int piece = Math.min(inner, Spans.GRAIN);
        int pieces = Spans.count(inner, piece);
        int units = rows * pieces;
        int perTask = Math.max(Math.ceilDiv(units, MAX_TASKS), Math.ceilDiv(Spans.GRAIN, piece));
        Workers.parallelFor(
                Math.ceilDiv(units, perTask),
                task -> {
                    int to = Math.min(units, (task + 1) * perTask);
                    if (pieces == 1) {
                        wholeRows(row, task * perTask, to, inner);
                    } else {
                        pieces(row, task * perTask, to, piece, pieces);
                    }
                });
    }

    private void wholeRows(Row row, int from, int to, int inner) {
        int[] index = new int[extents.length];
        int[] start = new int[offsets.length];
        int[] at = new int[offsets.length];
        locate(from, index, start);
        for (int r = from; r < to; r++) {
            System.arraycopy(start, 0, at, 0, at.length);
            row.run(at, inner);
            advance(index, start);
        }
    }

    private void pieces(Row row, int from, int to, int piece, int pieces) {
        int[] index = new int[extents.length];
        int[] at = new int[offsets.length];
        int inner = extents[extents.length - 1];
        for (int unit = from; unit < to; unit++) {
            locate(unit / pieces, index, at);
            int first = unit % pieces * piece;
            for (int i = 0; i < at.length; i++) {
                at[i] += first * stride(i);
            }
            row.run(at, Math.min(piece, inner - first));
        }
    }

    /** Position of row {@code r} in each operand. */
    private void locate(int r, int[] index, int[] at) {
        System.arraycopy(offsets, 0, at, 0, at.length);
        int rest = r;
        for (int axis = extents.length - 2; axis >= 0; axis--) {
            index[axis] = rest % extents[axis];
            rest /= extents[axis];
            for (int i = 0; i < at.length; i++) {
                at[i] += index[axis] * strides[i][axis];
            }
        }
    }

    private void advance(int[] index, int[] at) {
        for (int axis = extents.length - 2; axis >= 0; axis--) {
            index[axis]++;
            for (int i = 0; i < at.length; i++) {
                at[i] += strides[i][axis];
            }
            if (index[axis] < extents[axis]) {
                return;
            }
            index[axis] = 0;
            for (int i = 0; i < at.length; i++) {
                at[i] -= extents[axis] * strides[i][axis];
            }
        }
    }
}
