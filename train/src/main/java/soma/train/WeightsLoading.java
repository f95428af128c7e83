package soma.train;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a model from weights that were trained on something else: the heads whose size depends on
 * the number of classes may differ, and are then initialised anew.
 */
public final class WeightsLoading {
    private static final int NAMES = 8;

    private WeightsLoading() {}

    /** Whether a tensor's shape depends on the number of classes. */
    public static boolean dependsOnClasses(String name) {
        return name.startsWith("roi_heads.box_predictor.")
                || name.startsWith("roi_heads.mask_head.predictor.");
    }

    /**
     * The file that {@code --weights} or {@code MODEL.WEIGHTS} names.
     *
     * @throws CheckpointException for the addresses of detectron2's model zoo, saying what to do
     */
    public static Path file(String weights) {
        if (weights.matches("(?i)[a-z0-9]+://.*")) {
            throw new CheckpointException(
                    weights
                            + ": weights: expected a file, got an address; download it and pass"
                            + " --weights FILE, or train from scratch with MODEL.WEIGHTS=''");
        }
        return Path.of(weights);
    }

    /**
     * Gives a model memory and values.
     *
     * @throws CheckpointException if a tensor that doesn't depend on the classes has another shape,
     *     or none fits
     */
    public static LoadReport initialize(
            MaskRcnn model, Device device, RandomStreams streams, StateDict weights) {
        StateDict named = ModelFile.forModel(weights, model);
        LoadReport report =
                model.initialize(device, streams, named, WeightsLoading::dependsOnClasses);
        if (report.missing().size() == model.state().size()) {
            throw new CheckpointException(
                    weights.source()
                            + ": weights: expected names of this model such as "
                            + report.missing().getFirst()
                            + ", got "
                            + (weights.size() == 0 ? "none" : weights.names().iterator().next()));
        }
        return report;
    }

    /** What did not fit, a line for each kind; empty if everything did. */
    public static List<String> describe(String source, LoadReport report) {
        List<String> lines = new ArrayList<>();
        if (!report.mismatched().isEmpty()) {
            lines.add(
                    "%s: %d of another shape, initialised anew (another number of classes): %s"
                            .formatted(
                                    source, report.mismatched().size(), list(report.mismatched())));
        }
        if (!report.missing().isEmpty()) {
            lines.add(
                    "%s: %d missing, initialised at random: %s"
                            .formatted(source, report.missing().size(), list(report.missing())));
        }
        if (!report.unexpected().isEmpty()) {
            lines.add(
                    "%s: %d unexpected, not used: %s"
                            .formatted(
                                    source, report.unexpected().size(), list(report.unexpected())));
        }
        return lines;
    }

    private static String list(List<?> names) {
        String text = String.join(", ", names.stream().limit(NAMES).map(Object::toString).toList());
        return names.size() > NAMES ? text + ", ..." : text;
    }
}
