package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;

import java.util.List;

/**
 * Drops objects whose masks are smaller than their class may be.
 *
 * @param fewest pixels of each class
 */
record MinPixels(List<Integer> fewest) implements PostStep {
    @Override
    public Instances apply(Instances found) {
        return found.filter(i -> found.masks().get(i).area() >= fewest.get(found.classes()[i]));
    }
}
