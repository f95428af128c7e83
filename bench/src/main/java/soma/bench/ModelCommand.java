package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.model.Detector;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.model.TestTimeAugmentation;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code soma bench model}. */
@Command(
        name = "model",
        description =
                "Inference, from decoded images to pasted masks. Where the device records graphs,"
                        + " the feature pyramid kernel by kernel (features.launches) and recorded"
                        + " (features.graph); with TEST.AUG.ENABLED=True test-time augmentation"
                        + " (tta.detect) and the forward passes of its variants in the same batches"
                        + " (tta.forwards).",
        footer = {
            "",
            "Example: soma bench model --weights w.safetensors --images cells.png --per-op"
                    + " INPUT.MIN_SIZE_TEST=0"
        })
final class ModelCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Mixin private ModelOptions modelOptions;
    @Spec private CommandSpec spec;

    @Option(
            names = "--images",
            paramLabel = "FILE",
            description =
                    "Image, resized as the config says; more by repeating the option"
                            + " (default: drawn cells).")
    private List<Path> images = List.of();

    @Override
    public Integer call() throws IOException {
        Config config = modelOptions.loadConfig();
        int batch = modelOptions.batch(1);
        ImageSize size = modelOptions.size(Session.isEmulated(Device.of(common.device())));
        List<Image8> read = images.stream().map(ImageReader::readBgr).toList();
        Session session = Session.open(common, options, spec.commandLine().getOut());
        run(session, modelOptions, config, read, size, batch, options.runs(7));
        session.finish();
        return 0;
    }

    /** Times inference on batches of {@code files}, over and over, or of drawn images. */
    static void run(
            Session session,
            ModelOptions options,
            Config config,
            List<Image8> files,
            ImageSize size,
            int batch,
            int runs) {
        Device device = ProfiledProvider.of(session.device());
        try (MaskRcnn model = options.load(config, device, session);
                Scope _ = Scope.open("images", device)) {
            Detector detector = new Detector(model, config, device);
            List<Image8> drawn =
                    files.isEmpty() ? Batches.drawn(size, config, batch).images() : List.of();
            List<Tensor> prepared = new ArrayList<>();
            List<ImageSize> outputs = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                Image8 image = files.isEmpty() ? drawn.get(i) : files.get(i % files.size());
                prepared.add(files.isEmpty() ? image.toTensor() : detector.prepare(image));
                outputs.add(new ImageSize(image.height(), image.width()));
            }
            InferenceStep step = new InferenceStep(model, prepared, outputs, device);
            Tensor first = prepared.getFirst();
            new StepBench(session, device)
                    .run(
                            "infer",
                            batch + "x" + first.dim(0) + "x" + first.dim(1) + "x3",
                            Repetition.ofModel(runs),
                            options.perOp(),
                            step,
                            () -> Map.of("detections", step.detections()));
            if (device.backend().graphs().isPresent()) {
                features(session, model, prepared, runs);
            }
            if (config.getBoolean("TEST.AUG.ENABLED")) {
                Image8 image = files.isEmpty() ? drawn.getFirst() : files.getFirst();
                augmented(session, config, model, image, runs);
            }
        }
    }

    private static void features(Session session, MaskRcnn model, List<Tensor> images, int runs) {
        Device device = ProfiledProvider.of(session.device());
        try (Scope _ = Scope.open("features", device)) {
            Tensor pixels = model.batchOf(images).pixels();
            try (FeaturesStep step = new FeaturesStep(model, pixels, device)) {
                new StepBench(session, device)
                        .run(
                                "features",
                                "%dx%dx%dx3".formatted(pixels.dim(0), pixels.dim(1), pixels.dim(2)),
                                Repetition.ofModel(runs),
                                false,
                                step,
                                Map::of);
            }
        }
    }

    private static void augmented(
            Session session, Config config, MaskRcnn model, Image8 image, int runs) {
        Device device = ProfiledProvider.of(session.device());
        Detector detector = new Detector(model, config, device);
        AugmentationStep step =
                new AugmentationStep(
                        model,
                        new TestTimeAugmentation(model, detector, config, device),
                        image,
                        device);
        new StepBench(session, device)
                .run(
                        "tta",
                        "1x" + image.height() + "x" + image.width() + "x3",
                        Repetition.ofModel(runs),
                        false,
                        step,
                        step::fields);
    }
}
