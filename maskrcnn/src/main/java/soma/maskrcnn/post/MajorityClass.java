package soma.maskrcnn.post;

import soma.maskrcnn.structures.Instances;

import java.util.Arrays;

/** Keeps the class that most objects have, the lowest among equals. */
record MajorityClass() implements PostStep {
    @Override
    public Instances apply(Instances found) {
        int[] counts = new int[Arrays.stream(found.classes()).max().orElse(0) + 1];
        for (int c : found.classes()) {
            counts[c]++;
        }
        int best = 0;
        for (int c = 1; c < counts.length; c++) {
            best = counts[c] > counts[best] ? c : best;
        }
        int majority = best;
        return found.filter(i -> found.classes()[i] == majority);
    }
}
