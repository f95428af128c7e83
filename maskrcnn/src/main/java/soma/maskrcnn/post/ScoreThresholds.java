package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;

import java.util.List;

/**
 * Drops objects below the lowest score of their class; a score equal to it stays. Thresholds are
 * compared as float32, as scores are.
 *
 * @param lowest of each class
 */
record ScoreThresholds(List<Double> lowest) implements PostStep {
    @Override
    public Instances apply(Instances found) {
        return found.filter(i -> found.scores()[i] >= lowest.get(found.classes()[i]).floatValue());
    }
}
