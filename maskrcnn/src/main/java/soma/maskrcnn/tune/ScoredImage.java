package soma.maskrcnn.tune;

import soma.maskrcnn.eval.CandidateMatching;
import soma.maskrcnn.eval.ImageScore;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An image's detections and objects, ready to be scored with any settings: the same score as {@link
 * soma.maskrcnn.post.PostProcessing} and {@link soma.maskrcnn.eval.CompetitionScore} give, from
 * overlaps that are computed once.
 *
 * <p>For one thread at a time.
 */
final class ScoredImage {
    private final Instances found;
    private final List<Rle> truths;
    private final Rivals rivals;
    private final Masks[] masks = new Masks[4];

    /**
     * Computes the overlaps of boxes; those of masks follow when they are needed.
     *
     * @param found all detections, by descending score
     */
    ScoredImage(Instances found, List<Rle> truths) {
        this.found = found;
        this.truths = truths;
        this.rivals = Rivals.of(found);
    }

    Instances found() {
        return found;
    }

    /** Box overlaps at which the result of suppression may change, ascending. */
    double[] boxOverlaps() {
        return rivals.distinct();
    }

    /** Counts the matches of what the settings leave. */
    ImageScore score(Settings settings) {
        List<Remainder> left = new ArrayList<>();
        for (Remainder mask : apply(settings)) {
            if (mask != null) {
                left.add(mask);
            }
        }
        int[][] candidates = new int[left.size()][];
        int[][] passed = new int[left.size()][];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = left.get(i).candidates();
            passed[i] = left.get(i).passed();
        }
        return CandidateMatching.score(candidates, passed, truths.size());
    }

    /** Pixels of the smallest mask of class {@code c} that the settings leave; -1: none is left. */
    int smallest(Settings settings, int c) {
        Remainder[] left = apply(settings);
        return IntStream.range(0, left.length)
                .filter(i -> left[i] != null && found.classes()[i] == c)
                .map(i -> left[i].area())
                .min()
                .orElse(-1);
    }

    /** What is left of each detection; null: it is dropped. */
    Remainder[] apply(Settings settings) {
        boolean[] kept = keptBoxes(settings);
        Masks ofSteps = masks(settings);
        boolean removeOverlaps = settings.isOn(Switch.REMOVE_OVERLAPS);
        boolean largestPart = settings.isOn(Switch.LARGEST_PART);
        Remainder[] left = new Remainder[kept.length];
        for (int i = 0; i < left.length; i++) {
            if (!kept[i]) {
                continue;
            }
            Remainder mask = ofSteps.whole().get(i);
            int fewest = settings.minPixels(found.classes()[i]);
            if (removeOverlaps) {
                for (int j : ofSteps.better()[i]) {
                    mask = left[j] == null ? mask : mask.without(left[j]);
                }
                mask = largestPart ? mask.largestPart() : mask;
                fewest = Math.max(fewest, 1);
            }
            left[i] = mask.area() >= fewest ? mask : null;
        }
        return left;
    }

    /** Score thresholds, suppression, and the majority's class. */
    private boolean[] keptBoxes(Settings settings) {
        int classes = settings.post().scoreThresholds().size();
        float[] lowest = new float[classes];
        for (int c = 0; c < classes; c++) {
            lowest[c] = (float) settings.threshold(c);
        }
        boolean[] kept = new boolean[found.size()];
        int[] counts = new int[classes];
        for (int i = 0; i < kept.length; i++) {
            int c = found.classes()[i];
            kept[i] = found.scores()[i] >= lowest[c] && !rivals.suppress(i, kept, settings.nms());
            counts[c] += kept[i] ? 1 : 0;
        }
        if (settings.isOn(Switch.MAJORITY_CLASS)) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = counts[c] > counts[best] ? c : best;
            }
            for (int i = 0; i < kept.length; i++) {
                kept[i] &= found.classes()[i] == best;
            }
        }
        return kept;
    }

    private Masks masks(Settings settings) {
        boolean fillHoles = settings.isOn(Switch.FILL_HOLES);
        boolean largestPart = settings.isOn(Switch.LARGEST_PART);
        int at = (fillHoles ? 1 : 0) + (largestPart ? 2 : 0);
        if (masks[at] == null) {
            masks[at] = Masks.of(found.masks(), truths, fillHoles, largestPart);
        }
        return masks[at];
    }
}
