package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.model.MaskRcnn;
import soma.tensor.Device;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code soma bench train}. */
@Command(
        name = "train",
        description = "A training step: forward, backward, optimiser.",
        footer = {
            "",
            "Example: soma bench train --weights w.safetensors --data annotations.json --batch 2"
                    + " MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE=128"
        })
final class TrainCommand implements Callable<Integer> {
    /** Low enough that repeated steps on one batch stay finite. */
    private static final double RATE = 5e-4;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Mixin private ModelOptions modelOptions;
    @Spec private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "D",
            description =
                    "Data set, whose first images with objects are taken as they are"
                            + " (default: drawn cells).")
    private Path data;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "Where the images of --data are, when not beside it.")
    private Path images;

    @Override
    public Integer call() throws IOException {
        Config config = modelOptions.loadConfig();
        int batch = modelOptions.batch(2);
        ImageSize size = modelOptions.size(Session.isEmulated(Device.of(common.device())));
        Batches batches =
                data == null
                        ? Batches.drawn(size, config, batch)
                        : Batches.read(data, Optional.ofNullable(images), config, batch);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        run(session, modelOptions, config, batches, options.runs(7));
        session.finish();
        return 0;
    }

    /** Times steps on one batch. */
    static void run(Session session, ModelOptions options, Config config, Batches batch, int runs) {
        Device device = ProfiledProvider.of(session.device());
        double rate = RATE;
        if (!options.hasWeights()) {
            rate = 0;
            session.note("random weights: learning rate 0, so that steps stay finite");
        }
        try (MaskRcnn model = options.load(config, device, session);
                TrainingStep step =
                        new TrainingStep(
                                model, config, batch.images(), batch.truths(), rate, device)) {
            Image8 first = batch.images().getFirst();
            int objects = batch.truths().stream().mapToInt(t -> t.size()).sum();
            new StepBench(session, device)
                    .run(
                            "train",
                            "%dx%dx%dx3"
                                    .formatted(
                                            batch.images().size(), first.height(), first.width()),
                            Repetition.ofModel(runs),
                            options.perOp(),
                            step,
                            () -> Map.of("objects", objects));
        }
    }
}
