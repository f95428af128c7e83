package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Fits a training's number of classes to its data. */
public final class ClassCount {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    private static final String CLASSES = "MODEL.ROI_HEADS.NUM_CLASSES";
    private static final String THRESHOLDS = "SOMA.POST.SCORE_THRESHOLDS";
    private static final String MIN_PIXELS = "SOMA.POST.MIN_PIXELS";

    private ClassCount() {}

    /**
     * The configuration with as many classes as the data has, which may be fewer. Settings with a
     * number for each class are left out where the numbers differ.
     *
     * @throws SomaException if the data has no objects, or more classes than the configuration
     */
    public static Config of(Dataset dataset, Config config) {
        int wanted = dataset.categories().size();
        int classes = config.getInt(CLASSES);
        if (dataset.instanceCount() == 0) {
            throw new SomaException(
                    dataset.source() + ": annotations: expected some to learn from, got none");
        }
        if (wanted == classes) {
            return config;
        }
        List<String> changes = new ArrayList<>();
        changes.add(CLASSES + "=" + wanted);
        addPerClass(THRESHOLDS, config.getDoubles(THRESHOLDS), wanted, changes);
        addPerClass(
                MIN_PIXELS,
                Arrays.stream(config.getInts(MIN_PIXELS)).asDoubleStream().toArray(),
                wanted,
                changes);
        String settings = String.join(" ", changes);
        if (wanted > classes) {
            throw new SomaException(
                    "%s: classes: expected at most %d (%s), got %d: %s; this trains them all: %s"
                            .formatted(
                                    dataset.source(),
                                    classes,
                                    CLASSES,
                                    wanted,
                                    String.join(", ", dataset.classNames()),
                                    settings));
        }
        LOG.info("{}: fewer classes than the configuration: {}", dataset.source(), settings);
        return config.withOverrides(changes);
    }

    /** One value for all classes stays so; values that belong to single classes are left out. */
    private static void addPerClass(
            String key, double[] values, int classes, List<String> changes) {
        if (values.length == 0) {
            return;
        }
        if (Arrays.stream(values).distinct().count() > 1) {
            changes.add(key + "=[]");
            return;
        }
        double value = values[0];
        String text = value == Math.rint(value) ? String.valueOf((long) value) : "" + value;
        changes.add(key + "=[" + String.join(",", Collections.nCopies(classes, text)) + "]");
    }
}
