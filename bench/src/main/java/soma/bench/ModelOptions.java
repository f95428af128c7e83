package soma.bench;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The options of the benchmarks of whole models. */
final class ModelOptions {
    private static final String USUAL = "520x704";
    private static final String SMALL = "64x96";

    @Option(
            names = "--config",
            paramLabel = "C",
            defaultValue = "mask_rcnn_R_50_FPN_3x",
            description = "A preset, a YAML file or a run directory (default: ${DEFAULT-VALUE}).")
    private String config;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights (default: random; MODEL.WEIGHTS is not used).")
    private Path weights;

    @Option(
            names = "--size",
            paramLabel = "HxW",
            description =
                    "Size of images drawn for want of others (default: "
                            + USUAL
                            + "; "
                            + SMALL
                            + " on the emulator).")
    private String size;

    @Option(names = "--batch", paramLabel = "N", description = "Images at a time.")
    private Integer batch;

    @Option(names = "--per-op", description = "List the kernels with their share of the time.")
    private boolean perOp;

    @Parameters(paramLabel = "KEY=VALUE", arity = "0..*", description = "Changes to the config.")
    private List<String> overrides = List.of();

    boolean perOp() {
        return perOp;
    }

    boolean hasWeights() {
        return weights != null;
    }

    Optional<Path> weights() {
        return Optional.ofNullable(weights);
    }

    /** The model with the values of the weights file; what that lacks is random. */
    MaskRcnn read(Config loaded, Device device) {
        device.precision(RunConfig.from(loaded).precision());
        MaskRcnn model = MaskRcnn.from(loaded);
        try (Scope _ = Scope.open("weights", device)) {
            initialize(model, device);
        }
        return model;
    }

    private LoadReport initialize(MaskRcnn model, Device device) {
        return model.initialize(
                device, new RandomStreams(0), ModelFile.read(weights, model), _ -> false);
    }

    int batch(int usual) {
        if (batch != null && batch < 1) {
            throw new SomaException("--batch: expected a positive number, got " + batch);
        }
        return batch == null ? usual : batch;
    }

    /** The size of drawn images; small ones if none is given on the emulator. */
    ImageSize size(boolean emulated) {
        return Dimensions.parse(size == null ? (emulated ? SMALL : USUAL) : size, 2)
                .map(d -> new ImageSize(d[0], d[1]))
                .orElseThrow(
                        () ->
                                new SomaException(
                                        "--size: expected HxW such as 520x704, got " + size));
    }

    Config loadConfig() {
        return Config.load(config, overrides);
    }

    /** The model with its values; says in {@code session} what it lacks. */
    MaskRcnn load(Config loaded, Device device, Session session) {
        device.precision(RunConfig.from(loaded).precision());
        MaskRcnn model = MaskRcnn.from(loaded);
        try (Scope _ = Scope.open("weights", device)) {
            if (weights == null) {
                model.initialize(device, new RandomStreams(0));
                session.note("no --weights: random ones, so detections mean nothing");
            } else {
                notLoaded(initialize(model, device)).ifPresent(session::note);
            }
        }
        return model;
    }

    private Optional<String> notLoaded(LoadReport report) {
        if (report.missing().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                "%s: %d missing tensors, %s the first, are random"
                        .formatted(weights, report.missing().size(), report.missing().getFirst()));
    }
}
