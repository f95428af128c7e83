package soma.train;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.InputConfig.ChannelOrder;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.ChannelStatistics;
import soma.maskrcnn.data.Dataset;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The settings that a run really has: seed drawn, statistics measured, classes checked. */
final class RunConfiguration {
    private static final double[] IMAGENET_MEAN = {103.53, 116.28, 123.675};
    private static final double[] IMAGENET_STD = {57.375, 57.12, 58.395};

    private RunConfiguration() {}

    /**
     * Puts what {@code SOMA.NORMALIZATION} stands for in its place, so that the settings alone say
     * how pixels are normalised.
     */
    static Config resolve(Config config, Dataset training, long seed) {
        Config out = config.with("SEED", seed, "the run");
        return switch (RunConfig.from(config).normalization()) {
            case CONFIG -> out;
            case IMAGENET -> normalised(out, IMAGENET_MEAN, IMAGENET_STD);
            case DATA -> {
                ChannelStatistics s = ChannelStatistics.of(training);
                yield normalised(out, s.mean(), s.std());
            }
        };
    }

    private static Config normalised(Config config, double[] mean, double[] std) {
        boolean rgb = InputConfig.from(config).format() == ChannelOrder.RGB;
        return config.with("MODEL.PIXEL_MEAN", ordered(mean, rgb), "SOMA.NORMALIZATION")
                .with("MODEL.PIXEL_STD", ordered(std, rgb), "SOMA.NORMALIZATION")
                .with("SOMA.NORMALIZATION", "config", "the run");
    }

    private static List<Double> ordered(double[] bgr, boolean rgb) {
        List<Double> list = new ArrayList<>();
        // Images of one gray level have no spread to divide by.
        Arrays.stream(bgr).forEach(v -> list.add(Math.max(v, 1e-3)));
        return rgb ? list.reversed() : list;
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
