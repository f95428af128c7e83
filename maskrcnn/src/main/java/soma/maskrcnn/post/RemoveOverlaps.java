package soma.maskrcnn.post;

import soma.maskrcnn.config.PostConfig.LimitClass;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.util.List;

/**
 * By descending score, each mask loses the pixels already taken. It is dropped, and takes none,
 * when too few are left: none at all, or fewer than a class allows.
 *
 * @param fewest pixels of each class; empty: no limit
 * @param whose the class that counts
 * @param largestPart whether only the largest part of what is left counts, since a better mask may
 *     have cut it in two
 */
record RemoveOverlaps(List<Integer> fewest, LimitClass whose, boolean largestPart)
        implements PostStep {
    @Override
    public Instances apply(Instances found) {
        int[] classes = MajorityClass.limiting(found, whose);
        return found.withoutOverlaps((i, rest) -> refine(classes[i], rest));
    }

    private Rle refine(int limiting, Rle rest) {
        Rle left = largestPart ? rest.largestPart() : rest;
        boolean enough = fewest.isEmpty() || left.area() >= fewest.get(limiting);
        return enough ? left : Rle.empty(rest.height(), rest.width());
    }
}
