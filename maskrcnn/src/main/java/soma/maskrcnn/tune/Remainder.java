package soma.maskrcnn.tune;

import soma.maskrcnn.eval.CandidateMatching;
import soma.maskrcnn.structures.Rle;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What is left of a detection's mask after those of some better ones were taken from it, with the
 * objects it matches. Each is computed when it is first asked for and then remembered: settings
 * differ in a few detections, so that most of what one needs another has needed before.
 *
 * <p>For one thread at a time.
 */
final class Remainder {
    private final Rle mask;
    private final List<Rle> truths;
    private final int[] near;
    private final Map<Remainder, Remainder> without = new IdentityHashMap<>();
    private Remainder largestPart;
    private int[] candidates;
    private int[] passed;

    /** A whole mask, among the objects of its image. */
    Remainder(Rle mask, List<Rle> truths) {
        this(mask, truths, IntStream.range(0, truths.size()).toArray());
    }

    /**
     * A part of a mask.
     *
     * @param near the objects that can share pixels with it
     */
    private Remainder(Rle mask, List<Rle> truths, int[] near) {
        this.mask = mask;
        this.truths = truths;
        this.near = Arrays.stream(near).filter(g -> meets(truths.get(g), mask)).toArray();
    }

    private static boolean meets(Rle a, Rle b) {
        return !a.bounds().disjoint(b.bounds());
    }

    int area() {
        return mask.area();
    }

    Rle mask() {
        return mask;
    }

    /** Without the pixels of a better mask. */
    Remainder without(Remainder taken) {
        return without.computeIfAbsent(taken, t -> of(mask.subtract(t.mask)));
    }

    /** Its largest part. */
    Remainder largestPart() {
        if (largestPart == null) {
            largestPart = of(mask.largestPart());
        }
        return largestPart;
    }

    private Remainder of(Rle left) {
        return left.area() == mask.area() ? this : new Remainder(left, truths, near);
    }

    /** The objects whose IoU with it is above the lowest threshold. */
    int[] candidates() {
        match();
        return candidates;
    }

    /** Of each candidate the thresholds passed. */
    int[] passed() {
        match();
        return passed;
    }

    private void match() {
        if (candidates != null) {
            return;
        }
        int[] above =
                Arrays.stream(near)
                        .map(
                                g ->
                                        CandidateMatching.thresholdsPassed(
                                                mask.intersectionArea(truths.get(g)),
                                                mask.area(),
                                                truths.get(g).area()))
                        .toArray();
        int[] matching = IntStream.range(0, near.length).filter(i -> above[i] > 0).toArray();
        candidates = Arrays.stream(matching).map(i -> near[i]).toArray();
        passed = Arrays.stream(matching).map(i -> above[i]).toArray();
    }
}
