package soma.train;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.InputConfig.ChannelOrder;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.ChannelStatistics;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.model.Normalization;
import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.List;

/** The settings that a run really has: seed drawn, statistics measured, classes checked. */
final class RunConfiguration {
    private RunConfiguration() {}

    /**
     * Puts what {@code SOMA.NORMALIZATION} stands for in its place, so that the settings alone say
     * how pixels are normalised.
     */
    static Config resolve(Config config, Dataset training, long seed) {
        Config out = config.with("SEED", seed, "the run");
        return switch (RunConfig.from(config).normalization()) {
            case CONFIG -> out;
            case IMAGENET -> normalised(out, Normalization.IMAGENET);
            case DATA -> {
                ChannelStatistics s = ChannelStatistics.of(training);
                yield normalised(out, new Normalization(s.mean(), s.std()));
            }
        };
    }

    private static Config normalised(Config config, Normalization bgr) {
        boolean rgb = InputConfig.from(config).format() == ChannelOrder.RGB;
        Normalization n = rgb ? bgr.reversed() : bgr;
        return config.with("MODEL.PIXEL_MEAN", positive(n.mean()), "SOMA.NORMALIZATION")
                .with("MODEL.PIXEL_STD", positive(n.std()), "SOMA.NORMALIZATION")
                .with("SOMA.NORMALIZATION", "config", "the run");
    }

    /** Images of one gray level have no spread to divide by. */
    private static List<Double> positive(double[] values) {
        return Arrays.stream(values).mapToObj(v -> Math.max(v, 1e-3)).toList();
    }

    /** Checks that the data has the classes of the model. */
    static void checkClasses(Config config, Dataset training, Dataset validation) {
        int classes = config.getInt("MODEL.ROI_HEADS.NUM_CLASSES");
        if (training.categories().size() != classes) {
            throw new SomaException(
                    "%s: classes: expected %d (MODEL.ROI_HEADS.NUM_CLASSES), got %d: %s"
                            .formatted(
                                    training.source(),
                                    classes,
                                    training.categories().size(),
                                    names(training)));
        }
        if (validation != null && !names(training).equals(names(validation))) {
            throw new SomaException(
                    "%s: classes: expected those of the training data %s, got %s"
                            .formatted(validation.source(), names(training), names(validation)));
        }
    }

    private static List<String> names(Dataset dataset) {
        return dataset.categories().stream().map(Category::name).toList();
    }
}
