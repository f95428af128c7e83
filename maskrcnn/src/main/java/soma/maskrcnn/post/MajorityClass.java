package soma.maskrcnn.post;

import soma.maskrcnn.config.PostConfig.LimitClass;
import soma.maskrcnn.structures.Instances;

import java.util.Arrays;

/** Keeps the class that most objects have, the lowest among equals. */
record MajorityClass() implements PostStep {
    @Override
    public Instances apply(Instances found) {
        int majority = of(found);
        return found.filter(i -> found.classes()[i] == majority);
    }

    /** The class that most objects have, the lowest among equals; 0 without objects. */
    private static int of(Instances found) {
        int[] counts = new int[Arrays.stream(found.classes()).max().orElse(0) + 1];
        for (int c : found.classes()) {
            counts[c]++;
        }
        int best = 0;
        for (int c = 1; c < counts.length; c++) {
            best = counts[c] > counts[best] ? c : best;
        }
        return best;
    }

    /** The class whose limit each object has to keep. */
    static int[] limiting(Instances found, LimitClass whose) {
        int[] classes = found.classes().clone();
        if (whose == LimitClass.MAJORITY) {
            Arrays.fill(classes, of(found));
        }
        return classes;
    }
}
