package soma.maskrcnn.post;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.structures.Instances;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of {@code SOMA.POST}, in their order: score thresholds, majority class, holes, parts,
 * overlaps and small masks. Without settings it changes nothing.
 *
 * <p>Where several models are fused, that happens between {@link #beforeFusion} and {@link
 * #afterFusion}: {@link soma.maskrcnn.ensemble.PredictionChain}.
 */
public final class PostProcessing implements PostStep {
    private final List<PostStep> steps;

    /** A chain of steps. */
    public PostProcessing(List<PostStep> steps) {
        this.steps = List.copyOf(steps);
    }

    /** The steps that a configuration asks for. */
    public static PostProcessing from(PostConfig config) {
        return new PostProcessing(List.of(beforeFusion(config), afterFusion(config)));
    }

    /** Those of each model's own detections: score thresholds. */
    public static PostProcessing beforeFusion(PostConfig config) {
        return new PostProcessing(
                config.scoreThresholds().isEmpty()
                        ? List.of()
                        : List.of(
                                new ScoreThresholds(
                                        config.scoreThresholds(), config.scoreThresholdClass())));
    }

    /** Those of all models' detections together. */
    public static PostProcessing afterFusion(PostConfig config) {
        List<PostStep> steps = new ArrayList<>();
        if (config.majorityClass()) {
            steps.add(new MajorityClass());
        }
        if (config.fillHoles()) {
            steps.add(new FillHoles());
        }
        if (config.largestPart()) {
            steps.add(new LargestPart());
        }
        if (config.removeOverlaps()) {
            steps.add(
                    new RemoveOverlaps(
                            config.minPixels(), config.minPixelsClass(), config.largestPart()));
        } else if (!config.minPixels().isEmpty()) {
            steps.add(new MinPixels(config.minPixels(), config.minPixelsClass()));
        }
        return new PostProcessing(steps);
    }

    @Override
    public Instances apply(Instances found) {
        Instances rest = found;
        for (PostStep step : steps) {
            rest = step.apply(rest);
        }
        return rest;
    }
}
