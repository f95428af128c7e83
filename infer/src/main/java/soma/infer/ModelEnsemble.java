package soma.infer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Instances;
import soma.tensor.Device;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Several models that look at the same images, each as its own configuration says. The first one's
 * configuration fuses and post-processes.
 *
 * <p>By {@code SOMA.ENSEMBLE.IN_MEMORY} all models are held at once, or one after another runs over
 * all images and leaves what it finds in a file: the results are the same.
 */
public final class ModelEnsemble implements DetectionSource {
    private static final Logger LOG = LoggerFactory.getLogger("soma.infer");

    private final List<Member> members;
    private final Device device;
    private final List<Predictor> held = new ArrayList<>();
    private DetectionSource stored;

    /**
     * A model.
     *
     * @param weights its file
     */
    public record Member(Config config, Path weights) {
        /**
         * A model with the given weights, or those that its configuration implies.
         *
         * @param weights one file or none
         * @throws SomaException when there are none
         */
        public static Member of(Config config, List<Path> weights) {
            return new Member(
                    config, weights.isEmpty() ? ModelWeights.find(config) : weights.getFirst());
        }

        private Predictor open(Device device) {
            return Predictor.open(config, List.of(weights), device);
        }
    }

    private ModelEnsemble(List<Member> members, Device device) {
        this.members = List.copyOf(members);
        this.device = device;
    }

    /**
     * Opens models. Those that are to be held one at a time are loaded once to see whether they can
     * be.
     *
     * @throws SomaException when one can't be loaded, or has another number of classes than the
     *     first
     */
    public static ModelEnsemble open(List<Member> members, Device device) {
        Config first = members.getFirst().config;
        int classes = first.getInt("MODEL.ROI_HEADS.NUM_CLASSES");
        for (Member m : members) {
            if (m.config.getInt("MODEL.ROI_HEADS.NUM_CLASSES") != classes) {
                throw m.config.invalid(
                        "MODEL.ROI_HEADS.NUM_CLASSES",
                        classes + " as the first model of the ensemble has");
            }
        }
        ModelEnsemble ensemble = new ModelEnsemble(members, device);
        try {
            boolean all = ensemble.holdsAll(EnsembleConfig.from(first).inMemory());
            for (Member m : members) {
                Predictor predictor = m.open(device);
                if (all) {
                    ensemble.held.add(predictor);
                } else {
                    predictor.close();
                }
            }
            return ensemble;
        } catch (RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    private boolean holdsAll(EnsembleConfig.InMemory setting) {
        return switch (setting) {
            case ALL -> true;
            case ONE -> false;
            case AUTO ->
                    members.stream().mapToLong(m -> bytes(m.weights)).sum()
                            <= Runtime.getRuntime().maxMemory() / 2;
        };
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new SomaException(file + ": file: expected one to read, got none there", e);
        }
    }

    @Override
    public Config config() {
        return members.getFirst().config;
    }

    @Override
    public int models() {
        return members.size();
    }

    @Override
    public boolean prepare(
            Dataset dataset,
            List<Category> categories,
            Path scratch,
            BooleanSupplier stop,
            InferenceRun.Progress progress) {
        if (!held.isEmpty()) {
            return true;
        }
        List<StoredPredictions> files = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            LOG.info("model {} of {}: {}", i + 1, members.size(), members.get(i).weights);
            Path out = scratch.resolve(Integer.toString(i));
            try (Predictor predictor = members.get(i).open(device)) {
                InferenceRun.Settings settings =
                        new InferenceRun.Settings(out, Set.of(OutputFormat.RAW), false, categories);
                if (InferenceRun.raw(predictor, settings)
                        .run(dataset, stop, progress)
                        .interrupted()) {
                    return false;
                }
            }
            files.add(StoredPredictions.open(out));
        }
        stored = new StoredDetections(config(), files, categories);
        return true;
    }

    @Override
    public List<Instances> detect(ImageRecord image, Image8 pixels) {
        return stored != null
                ? stored.detect(image, pixels)
                : held.stream().map(p -> p.detect(pixels)).toList();
    }

    @Override
    public void close() {
        held.forEach(Predictor::close);
        held.clear();
    }
}
