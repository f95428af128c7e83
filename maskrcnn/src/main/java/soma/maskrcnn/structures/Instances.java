package soma.maskrcnn.structures;

import soma.tensor.ShapeException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Objects found in one image, on the host, by descending score.
 *
 * @param height of the image
 * @param width of the image
 * @param boxes x1, y1, x2, y2 of each
 * @param scores of each, 0 to 1
 * @param classes index of each, 0 to K-1
 * @param masks of each, of the image's size
 */
public record Instances(
        int height, int width, float[] boxes, float[] scores, int[] classes, List<Rle> masks) {
    /** Checks that the lists agree. */
    public Instances {
        masks = List.copyOf(masks);
        int n = scores.length;
        if (boxes.length != 4 * n || classes.length != n || masks.size() != n) {
            throw ShapeException.of(
                    "instances",
                    "objects",
                    n + " boxes, classes and masks, one for each score",
                    boxes.length / 4 + ", " + classes.length + ", " + masks.size());
        }
    }

    /** Number of objects. */
    public int size() {
        return scores.length;
    }

    /** x, y, width, height of object {@code i}. */
    public double[] xywh(int i) {
        double x = boxes[4 * i];
        double y = boxes[4 * i + 1];
        return new double[] {x, y, boxes[4 * i + 2] - x, boxes[4 * i + 3] - y};
    }

    /**
     * The same objects without overlap: each mask loses the pixels of better-scored ones, and those
     * that lose all of them are dropped. Boxes stay as they are.
     */
    public Instances withoutOverlaps() {
        Rle taken = Rle.empty(height, width);
        List<Rle> free = new ArrayList<>();
        int[] kept = new int[size()];
        int n = 0;
        for (int i = 0; i < size(); i++) {
            Rle rest = masks.get(i).subtract(taken);
            if (!rest.isEmpty()) {
                taken = taken.union(rest);
                free.add(rest);
                kept[n++] = i;
            }
        }
        return pick(Arrays.copyOf(kept, n), free);
    }

    private Instances pick(int[] index, List<Rle> newMasks) {
        float[] newBoxes = new float[4 * index.length];
        float[] newScores = new float[index.length];
        int[] newClasses = new int[index.length];
        for (int i = 0; i < index.length; i++) {
            System.arraycopy(boxes, 4 * index[i], newBoxes, 4 * i, 4);
            newScores[i] = scores[index[i]];
            newClasses[i] = classes[index[i]];
        }
        return new Instances(height, width, newBoxes, newScores, newClasses, newMasks);
    }
}
