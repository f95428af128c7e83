package soma.maskrcnn.roi;

import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.structures.Polygons;
import soma.tensor.Tensor;

import java.util.List;

/**
 * The mask that each foreground proposal should predict: its object's outline, cropped to the
 * proposal and resized to M x M (detectron2's {@code crop_and_resize}). Runs are cropped where the
 * boxes are; polygons are filled by the host.
 */
public final class MaskTargets {
    private MaskTargets() {}

    /**
     * 0 or 1 for each cell, with {@code soft} anything between.
     *
     * @param masks of the image's objects; those of runs have one size
     * @param matches object of each proposal; the first n count
     * @param boxes [n,4] of the foreground proposals
     * @param side M
     * @param soft whether masks are cropped by the older RoIAlign and not thresholded, as
     *     torchvision does (polygons stay hard)
     * @return [n,M,M]
     */
    public static Tensor of(
            List<Segmentation> masks, int[] matches, Tensor boxes, int side, boolean soft) {
        int n = boxes.dim(0);
        MaskRuns runs = new MaskRuns();
        int[] object = new int[n];
        boolean polygons = false;
        for (int i = 0; i < n; i++) {
            switch (masks.get(matches[i])) {
                case Segmentation.OfRle m -> object[i] = runs.add(matches[i], m.rle());
                case Segmentation.OfPolygons _ -> {
                    object[i] = MaskRuns.NONE;
                    polygons = true;
                }
            }
        }
        Tensor cropped = runs.targets(object, boxes, side, soft);
        return polygons ? cropped.add(fromPolygons(masks, matches, boxes, side)) : cropped;
    }

    /** Targets of the objects that are polygons, 0 for all others. */
    private static Tensor fromPolygons(
            List<Segmentation> masks, int[] matches, Tensor boxes, int side) {
        int n = boxes.dim(0);
        float[] corners = boxes.toFloats();
        float[] out = new float[n * side * side];
        for (int i = 0; i < n; i++) {
            if (masks.get(matches[i]) instanceof Segmentation.OfPolygons m) {
                fill(m.polygons(), corners, i, side, out);
            }
        }
        return Tensor.of(out, n, side, side);
    }

    /** Moves and scales the outline into box {@code row}, then fills it on an M x M canvas. */
    private static void fill(Polygons outline, float[] boxes, int row, int side, float[] out) {
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
