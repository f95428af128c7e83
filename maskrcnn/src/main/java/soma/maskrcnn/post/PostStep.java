package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;

/** One step of post-processing; the objects stay in descending order of score. */
@FunctionalInterface
public interface PostStep {
    /** Returns what is left of the objects of one image. */
    Instances apply(Instances found);
}
