package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

import soma.tensor.cpu.Workers;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Greedy non-maximum suppression: groups are independent, and each kept box meets vectors. */
final class VectorNms {
    private VectorNms() {}

    static int nms(View boxes, View scores, View group, double threshold, View keep) {
        int n = scores.shape().size();
        long[] order = SortKeys.of(floats(scores), scores.layout().offset(), n, true);
        Arrays.sort(order);
        int[] groups = ints(group);
        int groupOffset = group.layout().offset();
        // Members of each group in the order of scores: sorted by group, then by rank.
        long[] members = new long[n];
        for (int rank = 0; rank < n; rank++) {
            long g = groups[groupOffset + SortKeys.index(order[rank])];
            members[rank] = g << 32 | rank;
        }
        Arrays.sort(members);
        boolean[] kept = new boolean[n];
        int[] starts = starts(members);
        float limit = largestFloatAtMost(threshold);
        Workers.parallelFor(
                starts.length - 1,
                g -> suppress(boxes, order, members, starts[g], starts[g + 1], limit, kept));
        int[] out = ints(keep);
        int count = 0;
        for (int rank = 0; rank < n; rank++) {
            if (kept[rank]) {
                out[keep.layout().offset() + count++] = SortKeys.index(order[rank]);
            }
        }
        return count;
    }

    private static int[] starts(long[] members) {
        int[] starts = new int[members.length + 1];
        int count = 0;
        for (int i = 0; i < members.length; i++) {
            if (members[i] < 0) {
                continue; // they come first
            }
            if (i == 0 || members[i] >> 32 != members[i - 1] >> 32) {
                starts[count++] = i;
            }
        }
        starts[count] = members.length;
        return Arrays.copyOf(starts, count + 1);
    }

    /** A float is greater than the double threshold exactly if it is greater than this. */
    private static float largestFloatAtMost(double threshold) {
        float f = (float) threshold;
        return f > threshold ? Math.nextDown(f) : f;
    }

    private static void suppress(
            View boxes,
            long[] order,
            long[] members,
            int from,
            int to,
            float limit,
            boolean[] kept) {
        int n = to - from;
        float[] rows = floats(boxes);
        BoxColumns columns = new BoxColumns(n);
        for (int i = 0; i < n; i++) {
            int box = SortKeys.index(order[(int) members[from + i]]);
            columns.set(i, rows, boxes.layout().offset() + 4 * box);
        }
        boolean[] gone = new boolean[columns.area.length];
        for (int i = 0; i < n; i++) {
            if (!gone[i]) {
                kept[(int) members[from + i]] = true;
                suppressBy(columns, i, n, limit, gone);
            }
        }
    }

    /** The vector that holds box i may mark boxes before it and itself, which are decided. */
    private static void suppressBy(BoxColumns columns, int i, int n, float limit, boolean[] gone) {
        for (int j = i / LANES * LANES; j < n; j += LANES) {
            VectorMask<Float> over =
                    columns.overlap(columns, i, j).compare(VectorOperators.GT, limit);
            if (over.anyTrue()) {
                VectorMask.fromArray(SPECIES, gone, j).or(over).intoArray(gone, j);
            }
        }
    }
}
