package soma.maskrcnn.structures;

import soma.tensor.ShapeException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Objects found in one image, on the host, by descending score.
 *
 * @param height of the image
 * @param width of the image
 * @param boxes x1, y1, x2, y2 of each
 * @param scores of each, 0 to 1
 * @param classes index of each, 0 to K-1
 * @param masks of each, of the image's size
 * @param probabilities that the masks were cut from; null when they aren't known
 */
public record Instances(
        int height,
        int width,
        float[] boxes,
        float[] scores,
        int[] classes,
        List<Rle> masks,
        MaskProbabilities probabilities) {
    /** Checks that the lists agree. */
    public Instances {
        masks = List.copyOf(masks);
        int n = scores.length;
        if (boxes.length != 4 * n
                || classes.length != n
                || masks.size() != n
                || (probabilities != null && probabilities.size() != n)) {
            throw ShapeException.of(
                    "instances",
                    "objects",
                    n + " boxes, classes and masks, one for each score",
                    boxes.length / 4 + ", " + classes.length + ", " + masks.size());
        }
    }

    /** Objects whose mask probabilities aren't known. */
    public Instances(
            int height, int width, float[] boxes, float[] scores, int[] classes, List<Rle> masks) {
        this(height, width, boxes, scores, classes, masks, null);
    }

    /** Nothing found in an image of that size. */
    public static Instances none(int height, int width) {
        return new Instances(height, width, new float[0], new float[0], new int[0], List.of());
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

    /** The objects at {@code index}, in that order. */
    public Instances select(int[] index) {
        List<Rle> chosen = Arrays.stream(index).mapToObj(masks::get).toList();
        float[] newBoxes = new float[4 * index.length];
        float[] newScores = new float[index.length];
        int[] newClasses = new int[index.length];
        for (int i = 0; i < index.length; i++) {
            System.arraycopy(boxes, 4 * index[i], newBoxes, 4 * i, 4);
            newScores[i] = scores[index[i]];
            newClasses[i] = classes[index[i]];
        }
        MaskProbabilities squares = probabilities == null ? null : probabilities.select(index);
        return new Instances(height, width, newBoxes, newScores, newClasses, chosen, squares);
    }

    /** The objects whose index {@code wanted} accepts, in the same order. */
    public Instances filter(IntPredicate wanted) {
        return select(IntStream.range(0, size()).filter(wanted).toArray());
    }

    /** The same objects with other masks, of unknown probabilities; boxes stay as they are. */
    public Instances withMasks(List<Rle> others) {
        return new Instances(height, width, boxes, scores, classes, others);
    }

    /**
     * The same objects without overlap: each mask loses the pixels of better-scored ones, and those
     * that lose all of them are dropped. Boxes stay as they are.
     */
    public Instances withoutOverlaps() {
        return withoutOverlaps((i, rest) -> rest);
    }

    /**
     * As {@link #withoutOverlaps()}, where {@code refine} may change or refuse what is left.
     *
     * @param refine gets the index of an object and the free part of its mask; an empty result
     *     drops the object, which then takes no pixels
     */
    public Instances withoutOverlaps(Refinement refine) {
        List<Rle> free = new ArrayList<>();
        int[] kept = new int[size()];
        int n = 0;
        for (int i = 0; i < size(); i++) {
            Rle rest = masks.get(i);
            for (Rle taken : free) {
                if (!taken.bounds().disjoint(rest.bounds())) {
                    rest = rest.subtract(taken);
                }
            }
            rest = rest.isEmpty() ? rest : refine.apply(i, rest);
            if (!rest.isEmpty()) {
                free.add(rest);
                kept[n++] = i;
            }
        }
        return select(Arrays.copyOf(kept, n)).withMasks(free);
    }

    /** What becomes of the free part of a mask. */
    @FunctionalInterface
    public interface Refinement {
        /** Returns a part of {@code rest}, the free pixels of object {@code index}, or nothing. */
        Rle apply(int index, Rle rest);
    }
}
