package soma.maskrcnn.ensemble;

import java.util.ArrayList;
import java.util.List;

/**
 * Boxes of all models together.
 *
 * @param boxes x1, y1, x2, y2 in [0, 1]
 * @param scores of each
 * @param labels of each
 * @param members of each the boxes it was made from, as positions among all models' boxes one after
 *     another; the one that gave most comes first
 */
public record FusedBoxes(double[][] boxes, double[] scores, int[] labels, int[][] members) {
    /** Number of boxes. */
    public int size() {
        return boxes.length;
    }

    /** One box on its way to the result. */
    record One(double[] box, double score, int label, int[] members) {}

    static FusedBoxes of(List<One> all) {
        List<int[]> members = new ArrayList<>();
        all.forEach(o -> members.add(o.members));
        return new FusedBoxes(
                all.stream().map(One::box).toArray(double[][]::new),
                all.stream().mapToDouble(One::score).toArray(),
                all.stream().mapToInt(One::label).toArray(),
                members.toArray(int[][]::new));
    }
}
