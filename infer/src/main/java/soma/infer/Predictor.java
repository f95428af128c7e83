package soma.infer;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TraceRecorder;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.Detector;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.model.TestTimeAugmentation;
import soma.maskrcnn.structures.Instances;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * A trained model that finds the objects of images, one at a time. It holds the model's memory
 * until it is closed. For one thread.
 */
public final class Predictor implements DetectionSource {
    private final Config config;
    private final Device device;
    private final MaskRcnn model;
    private final boolean owned;
    private final Detector detector;
    private final TestTimeAugmentation augmented;

    private Predictor(Config config, MaskRcnn model, boolean owned, Device device) {
        this.config = config;
        this.device = device;
        this.model = model;
        this.owned = owned;
        this.detector = new Detector(model, config, device);
        this.augmented =
                config.getBoolean("TEST.AUG.ENABLED")
                        ? new TestTimeAugmentation(model, detector, config, device)
                        : null;
    }

    /**
     * Loads a model.
     *
     * @param weights one file; none: the best or final weights beside a run directory's
     *     configuration, else the file that {@code MODEL.WEIGHTS} names
     * @throws SomaException when there is no such file, the weights are another model's, or
     *     something is asked for that this version doesn't do
     */
    public static Predictor open(Config config, List<Path> weights, Device device) {
        if (weights.size() > 1) {
            throw new SomaException("--weights: expected one file, got " + weights.size());
        }
        Path file = weights.isEmpty() ? ModelWeights.find(config) : weights.getFirst();
        device.precision(RunConfig.from(config).precision());
        MaskRcnn model = MaskRcnn.from(config);
        try {
            ModelWeights.load(model, file, device);
            return new Predictor(config, model, true, device);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** A predictor of a model in memory, such as one that was just trained; it stays open. */
    public static Predictor of(MaskRcnn model, Config config, Device device) {
        device.precision(RunConfig.from(config).precision());
        return new Predictor(config, model, false, device);
    }

    /**
     * The objects of an image after {@code SOMA.ENSEMBLE} and {@code SOMA.POST}, at the image's own
     * size.
     *
     * @param image blue, green, red
     */
    public Instances predict(Image8 image) {
        return PredictionChain.from(config, models()).apply(List.of(detect(image)));
    }

    /**
     * The objects of an image as the model finds them, with {@code TEST.AUG.ENABLED} on all its
     * variants, before {@code SOMA.POST}.
     */
    public Instances detect(Image8 image) {
        // Another model may have worked on the device in the meantime.
        device.precision(RunConfig.from(config).precision());
        return augmented == null ? detector.detect(image, Trace.NONE) : augmented.detect(image);
    }

    /**
     * The intermediates of one forward pass, as PyTorch lays them out.
     *
     * @param wanted chooses them by name
     */
    public StateDict trace(Image8 image, Predicate<String> wanted) {
        device.precision(RunConfig.from(config).precision());
        TraceRecorder recorder = new TraceRecorder(wanted);
        detector.detect(image, recorder);
        return recorder.tensors();
    }

    /** The configuration it was made from. */
    @Override
    public Config config() {
        return config;
    }

    @Override
    public int models() {
        return 1;
    }

    @Override
    public List<Instances> detect(ImageRecord image, Image8 pixels) {
        return List.of(detect(pixels));
    }

    /** The model; not to be closed. */
    public MaskRcnn model() {
        return model;
    }

    /** The resizing and channel order that images go through before the model. */
    public Detector detector() {
        return detector;
    }

    @Override
    public void close() {
        if (owned) {
            model.close();
        }
    }
}
