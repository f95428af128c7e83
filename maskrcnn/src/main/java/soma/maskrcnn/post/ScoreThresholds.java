package soma.maskrcnn.post;

import soma.maskrcnn.config.PostConfig.LimitClass;
import soma.maskrcnn.structures.Instances;

import java.util.List;

/**
 * Drops objects below the lowest score of a class; a score equal to it stays. Thresholds are
 * compared as float32, as scores are.
 *
 * @param lowest of each class
 * @param whose the class that counts
 */
record ScoreThresholds(List<Double> lowest, LimitClass whose) implements PostStep {
    @Override
    public Instances apply(Instances found) {
        int[] classes = MajorityClass.limiting(found, whose);
        return found.filter(i -> found.scores()[i] >= lowest.get(classes[i]).floatValue());
    }
}
