package soma.infer;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the weights of a model and loads them, all of them or none. */
final class ModelWeights {
    private static final List<String> IN_RUN = List.of("best.safetensors", "final.safetensors");

    /**
     * What files carry that prediction doesn't need: counters of batch norm, constants that older
     * versions of detectron2 saved, and torchvision's unused slots.
     */
    private static final Pattern WITHOUT_EFFECT =
            Pattern.compile(
                    "pixel_mean|pixel_std|torchvision_background\\..*|.*\\.num_batches_tracked"
                            + "|.*anchor_generator\\.cell_anchors\\..*");

    private static final int NAMES = 3;

    private ModelWeights() {}

    /**
     * The weights that a configuration implies.
     *
     * @throws SomaException when it implies none
     */
    static Path find(Config config) {
        Path source = Path.of(config.source());
        if (source.endsWith("config.yaml")) {
            for (String name : IN_RUN) {
                Path file = source.resolveSibling(name);
                if (Files.isRegularFile(file)) {
                    return file;
                }
            }
        }
        String named = config.getString("MODEL.WEIGHTS");
        if (named.isEmpty()) {
            throw new SomaException(
                    config.source()
                            + ": weights: expected --weights FILE, a run directory that has "
                            + String.join(" or ", IN_RUN)
                            + ", or MODEL.WEIGHTS, got none");
        }
        if (named.contains("://")) {
            throw new SomaException(
                    config.origin("MODEL.WEIGHTS")
                            + ": MODEL.WEIGHTS: expected a file (nothing is downloaded), got "
                            + named
                            + "; give --weights FILE");
        }
        return Path.of(named);
    }

    /**
     * Fills a model.
     *
     * @throws CheckpointException when the file is damaged or holds another model
     */
    static void load(MaskRcnn model, Path file, Device device) {
        StateDict dict = ModelFile.read(file, model);
        LoadReport report = model.initialize(device, new RandomStreams(0), dict, name -> false);
        List<String> missing = matter(report.missing());
        List<String> unexpected = matter(report.unexpected());
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new CheckpointException(
                    file
                            + ": weights of another model: expected the "
                            + model.state().size()
                            + " tensors of the configuration, got "
                            + described("without", missing)
                            + (missing.isEmpty() || unexpected.isEmpty() ? "" : " and ")
                            + described("with the unknown", unexpected));
        }
    }

    private static List<String> matter(List<String> names) {
        return names.stream().filter(n -> !WITHOUT_EFFECT.matcher(n).matches()).toList();
    }

    private static String described(String how, List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String first = String.join(", ", names.subList(0, Math.min(NAMES, names.size())));
        int more = names.size() - NAMES;
        return how + " " + first + (more > 0 ? " and " + more + " more" : "");
    }
}
