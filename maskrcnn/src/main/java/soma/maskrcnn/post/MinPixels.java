package soma.maskrcnn.post;

import soma.maskrcnn.config.PostConfig.LimitClass;
import soma.maskrcnn.structures.Instances;

import java.util.List;

/**
 * Drops objects whose masks are smaller than a class allows.
 *
 * @param fewest pixels of each class
 * @param whose the class that counts
 */
record MinPixels(List<Integer> fewest, LimitClass whose) implements PostStep {
    @Override
    public Instances apply(Instances found) {
        int[] classes = MajorityClass.limiting(found, whose);
        return found.filter(i -> found.masks().get(i).area() >= fewest.get(classes[i]));
    }
}
