package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Boxes by coordinate, with their areas, so that one box is compared with a vector of others. The
 * columns are padded with empty boxes to whole vectors. Arithmetic is that of the reference, in the
 * same order.
 */
final class BoxColumns {
    final float[] x1;
    final float[] y1;
    final float[] x2;
    final float[] y2;
    final float[] area;

    /** Room for n boxes. */
    BoxColumns(int n) {
        int padded = Spans.count(n, LANES) * LANES;
        x1 = new float[padded];
        y1 = new float[padded];
        x2 = new float[padded];
        y2 = new float[padded];
        area = new float[padded];
    }

    /** Rows of x1, y1, x2, y2. */
    static BoxColumns of(float[] boxes, int offset, int n) {
        BoxColumns c = new BoxColumns(n);
        for (int i = 0; i < n; i++) {
            c.set(i, boxes, offset + 4 * i);
        }
        return c;
    }

    /** Box i is the row at {@code from}. */
    void set(int i, float[] boxes, int from) {
        x1[i] = boxes[from];
        y1[i] = boxes[from + 1];
        x2[i] = boxes[from + 2];
        y2[i] = boxes[from + 3];
        area[i] = (x2[i] - x1[i]) * (y2[i] - y1[i]);
    }

    /** Intersections of box i of {@code a} with the boxes from j on. */
    FloatVector intersection(BoxColumns a, int i, int j) {
        FloatVector w =
                FloatVector.fromArray(SPECIES, x2, j)
                        .min(a.x2[i])
                        .sub(FloatVector.fromArray(SPECIES, x1, j).max(a.x1[i]));
        FloatVector h =
                FloatVector.fromArray(SPECIES, y2, j)
                        .min(a.y2[i])
                        .sub(FloatVector.fromArray(SPECIES, y1, j).max(a.y1[i]));
        return w.max(0).mul(h.max(0));
    }

    /** Intersection over union of box i of {@code a} with the boxes from j on; NaN for 0 / 0. */
    FloatVector overlap(BoxColumns a, int i, int j) {
        FloatVector inter = intersection(a, i, j);
        FloatVector union = FloatVector.fromArray(SPECIES, area, j).add(a.area[i]).sub(inter);
        return inter.div(union);
    }

    /** As {@link #overlap}, but 0 for boxes that do not intersect. */
    FloatVector iou(BoxColumns a, int i, int j) {
        FloatVector inter = intersection(a, i, j);
        FloatVector union = FloatVector.fromArray(SPECIES, area, j).add(a.area[i]).sub(inter);
        return FloatVector.zero(SPECIES)
                .blend(inter.div(union), inter.compare(VectorOperators.GT, 0));
    }
}
