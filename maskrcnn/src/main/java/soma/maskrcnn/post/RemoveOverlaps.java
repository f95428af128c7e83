package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.util.List;

/**
 * By descending score, each mask loses the pixels already taken. It is dropped, and takes none,
 * when too few are left: none at all, or fewer than its class may have.
 *
 * @param fewest pixels of each class; empty: no limit
 * @param largestPart whether only the largest part of what is left counts, since a better mask may
 *     have cut it in two
 */
record RemoveOverlaps(List<Integer> fewest, boolean largestPart) implements PostStep {
    @Override
    public Instances apply(Instances found) {
        return found.withoutOverlaps((i, rest) -> refine(found, i, rest));
    }

    private Rle refine(Instances found, int i, Rle rest) {
        Rle left = largestPart ? rest.largestPart() : rest;
        boolean enough = fewest.isEmpty() || left.area() >= fewest.get(found.classes()[i]);
        return enough ? left : Rle.empty(rest.height(), rest.width());
    }
}
