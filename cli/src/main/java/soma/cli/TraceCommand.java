package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import soma.cli.trace.TrainingTrace;
import soma.infer.Predictor;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** {@code soma trace}: writes the named intermediates of one forward pass. */
@Command(
        name = "trace",
        description = {
            "Write every named intermediate of one forward pass as safetensors: activations as"
                    + " NCHW, weights as OIHW.",
            "The image is resized as in inference (INPUT.MIN_SIZE_TEST; 0 leaves it as it is)."
                    + " With --data, the losses of the image's annotations are added as"
                    + " loss.<name>, and with --gradients the gradients as grad.<parameter>."
        },
        footer = {
            "",
            "Example:",
            "  soma trace --config run --image a.png --out a.safetensors --only '^(p|res)'"
        })
final class TraceCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    @Mixin private CommonOptions common;
    @Mixin private ConfigOptions configuration;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights (default: those of the run directory or the configuration).")
    private Path weights;

    @Option(names = "--image", required = true, paramLabel = "FILE", description = "The image.")
    private Path image;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "Data set with the image's annotations: adds the losses.")
    private Path data;

    @Option(names = "--gradients", description = "Add the gradients, too; needs --data.")
    private boolean gradients;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "Keep the tensors whose name has a match (anchors: ^ and $).")
    private Pattern only = Pattern.compile("");

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The safetensors file to write.")
    private Path out;

    @Override
    public void run() {
        if (gradients && data == null) {
            throw new SomaException("--gradients: expected --data with annotations, got none");
        }
        Config config = configuration.load(common);
        Image8 pixels = ImageReader.readBgr(image);
        Dataset dataset = data == null ? null : DatasetReader.read(data);
        Device device = common.openDevice();
        List<String> names = new ArrayList<>();
        Predicate<String> wanted =
                name -> {
                    names.add(name);
                    return only.matcher(name).find();
                };
        List<Path> files = weights == null ? List.of() : List.of(weights);
        StateDict tensors;
        try (Predictor predictor = Predictor.open(config, files, device)) {
            tensors = predictor.trace(pixels, wanted);
            if (dataset != null) {
                new TrainingTrace(predictor.model(), config, device)
                        .add(dataset, image, gradients, wanted, tensors);
            }
        }
        if (tensors.size() == 0) {
            throw new SomaException(
                    "--only " + only + ": expected a match in a name, got none among " + names);
        }
        tensors.metadata().put("image", image.getFileName().toString());
        tensors.metadata().put("layout", "NCHW, OIHW");
        Safetensors.write(out, tensors);
        LOG.info("wrote {} tensors to {}", tensors.size(), out);
    }
}
