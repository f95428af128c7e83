package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

/** Keeps the largest connected part of each mask. */
record LargestPart() implements PostStep {
    @Override
    public Instances apply(Instances found) {
        return found.withMasks(found.masks().stream().map(Rle::largestPart).toList());
    }
}
