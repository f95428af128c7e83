package soma.maskrcnn.ensemble;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.post.PostProcessing;
import soma.maskrcnn.post.PostStep;
import soma.maskrcnn.structures.Instances;

import java.util.List;

/**
 * From what models found in an image to what is given out: the score thresholds of {@code
 * SOMA.POST} on each model's detections, their fusion by {@code SOMA.ENSEMBLE}, and the rest of
 * {@code SOMA.POST} on what they found together.
 */
public final class PredictionChain {
    private final PostStep perModel;
    private final Ensemble ensemble;
    private final PostStep together;

    /** A chain of its parts. */
    public PredictionChain(PostConfig post, Ensemble ensemble) {
        this.perModel = PostProcessing.beforeFusion(post);
        this.ensemble = ensemble;
        this.together = PostProcessing.afterFusion(post);
    }

    /**
     * The chain of a configuration.
     *
     * @param models number of models
     * @throws soma.tensor.SomaException naming the first key whose value can't be used, such as
     *     weights that are not one per model
     */
    public static PredictionChain from(Config config, int models) {
        EnsembleConfig ensemble = EnsembleConfig.from(config);
        int weights = ensemble.weights().size();
        if (weights != 0 && weights != models) {
            throw config.invalid(
                    "SOMA.ENSEMBLE.WEIGHTS", "none or %d numbers, one per model".formatted(models));
        }
        return new PredictionChain(
                PostConfig.from(config), new Ensemble(ensemble, FusionSettings.from(config)));
    }

    /**
     * The objects of one image, by descending score.
     *
     * @param found what each model found, in the order of the models
     */
    public Instances apply(List<Instances> found) {
        return together.apply(ensemble.fuse(found.stream().map(perModel::apply).toList()));
    }
}
