package soma.maskrcnn.tune;

import soma.maskrcnn.config.PostConfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A point of the search.
 *
 * @param post thresholds and fewest pixels of every class, and the switches
 * @param nms boxes of one class that overlap a better one by more than this IoU go; 1: none does
 */
public record Settings(PostConfig post, double nms) {
    /** Suppresses nothing. */
    public static final double NO_NMS = 1;

    /** The same settings with a limit for each class: 0 where there was none. */
    public static Settings of(PostConfig post, int classes, double nms) {
        List<Double> scores = post.scoreThresholds();
        List<Integer> pixels = post.minPixels();
        return new Settings(post, nms)
                .withLimits(
                        scores.isEmpty() ? Collections.nCopies(classes, 0.0) : scores,
                        pixels.isEmpty() ? Collections.nCopies(classes, 0) : pixels);
    }

    double threshold(int c) {
        return post.scoreThresholds().get(c);
    }

    int minPixels(int c) {
        return post.minPixels().get(c);
    }

    boolean isOn(Switch step) {
        return step.isOn(post);
    }

    Settings withThreshold(int c, double lowest) {
        return withLimits(replaced(post.scoreThresholds(), c, lowest), post.minPixels());
    }

    Settings withMinPixels(int c, int fewest) {
        return withLimits(post.scoreThresholds(), replaced(post.minPixels(), c, fewest));
    }

    Settings withNms(double iou) {
        return new Settings(post, iou);
    }

    Settings with(Switch step, boolean on) {
        return new Settings(
                new PostConfig(
                        post.scoreThresholds(),
                        post.minPixels(),
                        step == Switch.MAJORITY_CLASS ? on : post.majorityClass(),
                        step == Switch.REMOVE_OVERLAPS ? on : post.removeOverlaps(),
                        step == Switch.FILL_HOLES ? on : post.fillHoles(),
                        step == Switch.LARGEST_PART ? on : post.largestPart()),
                nms);
    }

    private Settings withLimits(List<Double> scores, List<Integer> pixels) {
        return new Settings(
                new PostConfig(
                        scores,
                        pixels,
                        post.majorityClass(),
                        post.removeOverlaps(),
                        post.fillHoles(),
                        post.largestPart()),
                nms);
    }

    private static <T> List<T> replaced(List<T> list, int at, T value) {
        List<T> copy = new ArrayList<>(list);
        copy.set(at, value);
        return copy;
    }
}
