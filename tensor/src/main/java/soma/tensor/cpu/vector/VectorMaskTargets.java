package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.MaskTargetSpec;

import java.util.Arrays;

/**
 * Mask targets: of each mask only the window that a RoI samples is decoded, then pooled by rows and
 * columns. Sums are in the order of {@link VectorRoiAlign}.
 */
final class VectorMaskTargets {
    /** RoIs of a task. */
    private static final int ROIS = 4;

    private final MaskTargetSpec spec;
    private final int[] ends;
    private final int endsOffset;
    private final int side;
    private final RoiGrid rows;
    private final RoiGrid columns;
    private float[] window = {};
    private int top;
    private int left;
    private int windowWidth;

    private VectorMaskTargets(MaskTargetSpec spec, View runs, int side) {
        this.spec = spec;
        this.ends = ints(runs);
        this.endsOffset = runs.layout().offset();
        this.side = side;
        this.rows = new RoiGrid(side);
        this.columns = new RoiGrid(side);
    }

    static void run(
            MaskTargetSpec spec, View runs, View starts, View boxes, View object, View out) {
        float[] corners = floats(boxes);
        int[] first = ints(starts);
        int[] mask = ints(object);
        float[] to = floats(out);
        int side = out.shape().dim(2);
        Spans.forEach(
                boxes.shape().dim(0),
                ROIS,
                (from, end) -> {
                    VectorMaskTargets targets = new VectorMaskTargets(spec, runs, side);
                    for (int r = from; r < end; r++) {
                        int run = starts.layout().offset() + mask[object.layout().offset() + r];
                        targets.place(corners, boxes.layout().offset() + 4 * r);
                        targets.decode(first[run], first[run + 1]);
                        targets.pool(to, out.layout().offset() + r * side * side);
                    }
                });
    }

    private void place(float[] corners, int box) {
        columns.place(corners[box], corners[box + 2], 1, spec.aligned(), 0, spec.width());
        rows.place(corners[box + 1], corners[box + 3], 1, spec.aligned(), 0, spec.height());
    }

    /**
     * Decodes the rows and columns that the samples touch, from runs {@code from} to {@code to}.
     */
    private void decode(int from, int to) {
        top = rows.lowest();
        left = columns.lowest();
        int windowHeight = rows.highest() + 1 - top;
        windowWidth = columns.highest() + 1 - left;
        int size = windowHeight * windowWidth;
        if (size > window.length) {
            window = new float[size];
        } else {
            Arrays.fill(window, 0, size, 0);
        }
        for (int x = 0; x < windowWidth && windowHeight > 0; x++) {
            int column = (left + x) * spec.height() + top;
            int run = firstEndAfter(column, from, to);
            int y = 0;
            while (y < windowHeight) {
                int end =
                        run == to
                                ? windowHeight
                                : Math.min(ends[endsOffset + run] - column, windowHeight);
                if ((run - from) % 2 == 1) {
                    for (int i = y; i < end; i++) {
                        window[i * windowWidth + x] = 1;
                    }
                }
                y = end;
                run++;
            }
        }
    }

    /** The run of those {@code from} to {@code to} that a pixel lies in. */
    private int firstEndAfter(int pixel, int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[endsOffset + middle] <= pixel) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void pool(float[] to, int at) {
        float share = 1f / Math.max(rows.samples() * columns.samples(), 1);
        for (int bin = 0; bin < side * side; bin++) {
            float sum = 0;
            for (int y = rows.from(bin / side); y < rows.from(bin / side + 1); y++) {
                int row = (rows.position(y) - top) * windowWidth - left;
                sum += rows.weight(y) * rowSum(bin % side, row);
            }
            float value = sum * share;
            float hard = value >= 0.5f ? 1 : 0;
            to[at + bin] = spec.hard() ? hard : value;
        }
    }

    private float rowSum(int bin, int row) {
        float sum = 0;
        for (int x = columns.from(bin); x < columns.from(bin + 1); x++) {
            sum += columns.weight(x) * window[row + columns.position(x)];
        }
        return sum;
    }
}
