package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

/** Fills the holes of each mask. */
record FillHoles() implements PostStep {
    @Override
    public Instances apply(Instances found) {
        return found.withMasks(found.masks().stream().map(Rle::fillHoles).toList());
    }
}
