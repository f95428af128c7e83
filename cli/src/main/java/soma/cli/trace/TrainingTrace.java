package soma.cli.trace;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.Parameter;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.SomaException;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.train.data.ImageCache;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Losses and gradients of one image: a training step without augmentation and without an update, on
 * the image as inference resizes it. What is sampled follows from the seed.
 */
public final class TrainingTrace {
    private final MaskRcnn model;
    private final Config config;
    private final Device device;

    /** A trace of an initialised model. */
    public TrainingTrace(MaskRcnn model, Config config, Device device) {
        this.model = model;
        this.config = config;
        this.device = device;
    }

    /**
     * Adds {@code loss.<name>}, and {@code grad.<parameter>} if asked for.
     *
     * @param dataset has the annotations of {@code image}
     * @param wanted chooses by name
     * @param tensors where to add
     * @throws SomaException when the data set doesn't have the image, or no object in it
     */
    public void add(
            Dataset dataset,
            Path image,
            boolean gradients,
            Predicate<String> wanted,
            StateDict tensors) {
        long seed = Math.max(0, RunConfig.from(config).seed());
        RandomStreams streams = new RandomStreams(seed);
        TrainingExample example =
                new TrainingMapper(asInference(), new ImageCache(0), streams)
                        .map(record(dataset, image), 0);
        model.training(true);
        try (Scope _ = Scope.open("trace", device)) {
            TrainingLosses losses =
                    model.losses(
                            model.batch(List.of(example.image())),
                            List.of(example.truth()),
                            streams.stream("sampling"),
                            Trace.NONE);
            losses.losses().forEach((name, loss) -> put("loss." + name, loss, wanted, tensors));
            put("loss.total_loss", losses.total(), wanted, tensors);
            if (gradients) {
                addGradients(Autograd.backward(losses.total()), wanted, tensors);
            }
        } finally {
            model.training(false);
        }
    }

    private static void put(String name, Tensor loss, Predicate<String> wanted, StateDict tensors) {
        if (wanted.test(name)) {
            tensors.put(name, HostTensor.of(new float[] {(float) loss.item()}));
        }
    }

    private void addGradients(Gradients found, Predicate<String> wanted, StateDict tensors) {
        for (Parameter parameter : model.parameters()) {
            String name = "grad." + parameter.name();
            Tensor gradient = parameter.trainable() ? found.of(parameter.value()) : null;
            if (gradient != null && wanted.test(name)) {
                tensors.put(name, parameter.toHost(gradient));
            }
        }
    }

    /** The settings of inference in the place of those of training. */
    private InputConfig asInference() {
        InputConfig input = InputConfig.from(config);
        return new InputConfig(
                List.of(input.minSizeTest()),
                InputConfig.Sampling.CHOICE,
                input.maxSizeTest(),
                input.minSizeTest(),
                input.maxSizeTest(),
                InputConfig.Flip.NONE,
                new InputConfig.Crop(false, input.crop().type(), 1, 1),
                input.format(),
                input.maskFormat());
    }

    /** The image's record, by its file or, when that lies elsewhere, by its name. */
    private static ImageRecord record(Dataset dataset, Path image) {
        for (ImageRecord one : dataset.images()) {
            if (isSame(one.file(), image)) {
                return one;
            }
        }
        String name = image.getFileName().toString();
        for (ImageRecord one : dataset.images()) {
            boolean named = one.file().getFileName().toString().equals(name);
            if (named || one.id().equals(name.replaceFirst("\\.[^.]*$", ""))) {
                return new ImageRecord(
                        one.id(), image, one.height(), one.width(), one.annotations());
            }
        }
        throw new SomaException(
                dataset.source() + ": images: expected one named " + name + ", got none");
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return Files.exists(a) && Files.isSameFile(a, b);
        } catch (IOException e) {
            return false; // then it is compared by name
        }
    }
}
