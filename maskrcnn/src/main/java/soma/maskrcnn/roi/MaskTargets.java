package soma.maskrcnn.roi;

import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The mask that each foreground proposal should predict: its object's outline, cropped to the
 * proposal and resized to M x M (detectron2's {@code crop_and_resize}). One object is decoded at a
 * time, all into the same map, so memory doesn't grow with their number.
 */
public final class MaskTargets {
    private MaskTargets() {}

    /** One object's mask as each of its proposals sees it: [rows, side, side, 1]. */
    private record Crop(int[] rows, Tensor values) {}

    /**
     * 0 or 1 for each cell, with {@code soft} anything between: float [count * side * side].
     *
     * @param masks of the image's objects
     * @param matches object of each proposal; the first {@code count} are foreground
     * @param boxes x1, y1, x2, y2 of each proposal
     * @param soft whether masks are cropped by the older RoIAlign and not thresholded, as
     *     torchvision does (polygons stay hard)
     */
    public static float[] of(
            List<Segmentation> masks,
            int[] matches,
            float[] boxes,
            int count,
            int side,
            boolean soft) {
        float[] out = new float[count * side * side];
        boolean[] done = new boolean[count];
        float[] map = {};
        List<Crop> crops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (done[i]) {
                continue;
            }
            int object = matches[i];
            int[] users = new int[count - i];
            int n = 0;
            for (int j = i; j < count; j++) {
                if (matches[j] == object) {
                    done[j] = true;
                    users[n++] = j;
                }
            }
            int[] rows = Arrays.copyOf(users, n);
            switch (masks.get(object)) {
                case Segmentation.OfRle m -> {
                    Rle mask = m.rle();
                    if (map.length != mask.height() * mask.width()) {
                        map = new float[mask.height() * mask.width()];
                    }
                    fill(map, mask, 1);
                    Tensor values = crop(map, mask, rows, boxes, side, soft);
                    crops.add(new Crop(rows, values));
                    fill(map, mask, 0);
                }
                case Segmentation.OfPolygons m ->
                        fromPolygons(m.polygons(), rows, boxes, side, out);
            }
        }
        store(crops, side, soft, out);
        return out;
    }

    /** Sets the pixels of a mask in a row-major map of its size. */
    private static void fill(float[] map, Rle mask, float value) {
        int[] counts = mask.counts();
        int at = 0; // runs go down the columns
        for (int i = 0; i < counts.length; i++) {
            int end = at + counts[i];
            if (i % 2 == 1) {
                for (int p = at; p < end; p++) {
                    map[p % mask.height() * mask.width() + p / mask.height()] = value;
                }
            }
            at = end;
        }
    }

    /** RoIAlign of the full-size mask at scale 1: [rows, side, side, 1] in the caller's scope. */
    private static Tensor crop(
            float[] map, Rle mask, int[] rows, float[] boxes, int side, boolean soft) {
        float[] rois = new float[4 * rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(boxes, 4 * rows[i], rois, 4 * i, 4);
        }
        try (Scope scope = Scope.open("mask crop")) {
            Tensor zeros = Tensor.of(new int[rows.length], rows.length);
            return scope.promote(
                    Functional.roiAlign(
                            List.of(Tensor.of(map, 1, mask.height(), mask.width(), 1)),
                            Tensor.of(rois, rows.length, 4),
                            zeros,
                            zeros,
                            new RoiAlignSpec(side, 0, !soft, List.of(1.0))));
        }
    }

    /** Reads all crops at once; hard targets are 1 from one half on. */
    private static void store(List<Crop> crops, int side, boolean soft, float[] out) {
        if (crops.isEmpty()) {
            return;
        }
        int[] rows = crops.stream().flatMapToInt(c -> Arrays.stream(c.rows())).toArray();
        Tensor[] parts = crops.stream().map(Crop::values).toArray(Tensor[]::new);
        float[] values;
        try (Scope _ = Scope.open("mask targets")) {
            values = Tensor.concat(0, parts).toFloats();
        }
        int area = side * side;
        for (int i = 0; i < values.length; i++) {
            float hard = values[i] >= 0.5f ? 1 : 0;
            out[rows[i / area] * area + i % area] = soft ? values[i] : hard;
        }
    }

    /** Moves and scales the outline into the box, then fills it on an M x M canvas. */
    private static void fromPolygons(
            Polygons outline, int[] rows, float[] boxes, int side, float[] out) {
        for (int row : rows) {
            double x1 = boxes[4 * row];
            double y1 = boxes[4 * row + 1];
            double sx = side / Math.max(boxes[4 * row + 2] - x1, 0.1);
            double sy = side / Math.max(boxes[4 * row + 3] - y1, 0.1);
            List<double[]> rings = outline.rings();
            for (double[] ring : rings) {
                for (int i = 0; i < ring.length; i += 2) {
                    ring[i] = (ring[i] - x1) * sx;
                    ring[i + 1] = (ring[i + 1] - y1) * sy;
                }
            }
            byte[] bits = Polygons.of(rings).toRle(side, side).decode();
            for (int i = 0; i < bits.length; i++) {
                out[row * bits.length + i] = bits[i];
            }
        }
    }
}
