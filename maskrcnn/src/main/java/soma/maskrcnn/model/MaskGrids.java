package soma.maskrcnn.model;

import java.util.Arrays;

/**
 * Mask probabilities of boxes, each a grid of cells that divides its box, as {@code
 * mask_rcnn_inference} gives them and {@code paste_masks_in_image} reads them: bilinear between the
 * centres of cells, 0 beyond the grid.
 */
final class MaskGrids {
    private final float[] boxes;
    private final float[] grids;
    private final int side;

    /**
     * Grids of boxes.
     *
     * @param boxes x1, y1, x2, y2 of each
     * @param grids row-major probabilities of each
     * @param side cells of a grid's side
     */
    MaskGrids(float[] boxes, float[] grids, int side) {
        this.boxes = boxes;
        this.grids = grids;
        this.side = side;
    }

    /** The grid of one box. */
    float[] of(int index) {
        return Arrays.copyOfRange(grids, index * side * side, (index + 1) * side * side);
    }

    /**
     * The mean of members' probabilities at the centres of the cells of another box.
     *
     * @param members of the mean, at least one
     * @param weights of all boxes, positive
     */
    float[] average(int[] members, float[] weights, float[] box) {
        double[] sum = new double[side * side];
        double total = 0;
        for (int member : members) {
            Axis xs = axis(member, 0, box);
            Axis ys = axis(member, 1, box);
            float weight = weights[member];
            total += weight;
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    double above = row(member, ys.first[y], xs, x);
                    double below = row(member, ys.first[y] + 1, xs, x);
                    sum[y * side + x] += weight * (above + ys.share[y] * (below - above));
                }
            }
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / total);
        }
        return mean;
    }

    /**
     * Where the centres of a box's cells lie on a member's grid.
     *
     * @param first cell before each
     * @param share of the next cell
     */
    private record Axis(int[] first, double[] share) {}

    private Axis axis(int member, int axis, float[] box) {
        double low = boxes[4 * member + axis];
        double extent = boxes[4 * member + axis + 2] - low;
        int[] first = new int[side];
        double[] share = new double[side];
        for (int i = 0; i < side; i++) {
            double centre = box[axis] + (i + 0.5) * (box[axis + 2] - box[axis]) / side;
            double at = (centre - low) / extent * side - 0.5;
            first[i] = (int) Math.floor(Math.clamp(at, -2.0, side + 1.0));
            share[i] = at - first[i];
        }
        return new Axis(first, share);
    }

    private double row(int member, int y, Axis xs, int x) {
        if (y < 0 || y >= side) {
            return 0;
        }
        int row = (member * side + y) * side;
        int first = xs.first[x];
        double left = first < 0 || first >= side ? 0 : grids[row + first];
        double right = first + 1 < 0 || first + 1 >= side ? 0 : grids[row + first + 1];
        return left + xs.share[x] * (right - left);
    }
}
