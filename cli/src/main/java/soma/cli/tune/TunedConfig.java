package soma.cli.tune;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.config.Presets;
import soma.maskrcnn.tune.Settings;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The configuration that a search starts from, and the one that it ends in. */
public final class TunedConfig {
    /** Of several models without a configuration. */
    private static final double USUAL_NMS = 0.5;

    private final String name;
    private final Path out;
    private final int classes;
    private final int models;
    private final Config config;

    private TunedConfig(String name, Path out, int classes, int models, Config config) {
        this.name = name;
        this.out = out;
        this.classes = classes;
        this.models = models;
        this.config = config;
    }

    /**
     * Loads the configuration to start from.
     *
     * @param name a preset, file or run directory; null: none
     * @param out the file that the settings are to be written to
     * @param models number of models, whose predictions are fused
     * @throws SomaException when it can't be loaded, is for another number of classes or another
     *     way to fuse, or {@code out} is the file itself
     */
    public static TunedConfig of(String name, Path out, int classes, int models) {
        if (name == null) {
            return new TunedConfig(null, out, classes, models, null);
        }
        Config config = Config.load(name);
        int trained = config.getInt("MODEL.ROI_HEADS.NUM_CLASSES", 1);
        if (trained != classes) {
            throw config.invalid(
                    "MODEL.ROI_HEADS.NUM_CLASSES", "the data set's number of classes, " + classes);
        }
        PostConfig post = PostConfig.from(config);
        if (post.scoreThresholdClass() != PostConfig.LimitClass.OWN) {
            throw config.invalid("SOMA.POST.SCORE_THRESHOLD_CLASS", "own, as tune searches it");
        }
        if (post.minPixelsClass() != PostConfig.LimitClass.OWN) {
            throw config.invalid("SOMA.POST.MIN_PIXELS_CLASS", "own, as tune searches it");
        }
        EnsembleConfig ensemble = EnsembleConfig.from(config);
        if (fuses(ensemble, models) && ensemble.method() != EnsembleConfig.Method.NMS) {
            throw config.invalid(
                    "SOMA.ENSEMBLE.METHOD",
                    "nms, as tune searches it (for others, tune what soma ensemble made)");
        }
        if (fuses(ensemble, models) && !ensemble.weights().isEmpty()) {
            throw config.invalid("SOMA.ENSEMBLE.WEIGHTS", "none, as tune searches it");
        }
        TunedConfig tuned = new TunedConfig(name, out, classes, models, config);
        if (tuned.isFile() && out.toAbsolutePath().normalize().equals(tuned.file())) {
            throw new SomaException(out + ": --out: expected another file than --config, got it");
        }
        return tuned;
    }

    private static boolean fuses(EnsembleConfig ensemble, int models) {
        return models > 1 || ensemble.single();
    }

    private boolean isFile() {
        return !Presets.names().contains(name);
    }

    private Path file() {
        return Path.of(config.source()).toAbsolutePath().normalize();
    }

    /** The settings to start from. */
    public Settings start() {
        PostConfig post = config == null ? PostConfig.NONE : PostConfig.from(config);
        double nms = models == 1 ? Settings.NO_NMS : USUAL_NMS;
        if (config != null) {
            EnsembleConfig ensemble = EnsembleConfig.from(config);
            nms = fuses(ensemble, models) ? ensemble.iou() : Settings.NO_NMS;
        }
        return Settings.of(post, classes, nms);
    }

    /** The file's content: the settings, over the configuration if there is one. */
    public String yaml(Settings settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (config != null) {
            values.put("_BASE_", isFile() ? file().toString() : name);
        }
        values.putAll(keys(settings));
        return Config.toYaml(values);
    }

    private Map<String, Object> keys(Settings settings) {
        PostConfig post = settings.post();
        Map<String, Object> keys = new LinkedHashMap<>();
        if (config == null) {
            keys.put("MODEL.ROI_HEADS.NUM_CLASSES", (long) classes);
        }
        double lowest =
                post.scoreThresholds().stream().mapToDouble(Double::doubleValue).min().orElse(0);
        if (config == null
                || lowest < config.getDouble("MODEL.ROI_HEADS.SCORE_THRESH_TEST", 0, 1)) {
            // The model mustn't drop what the settings keep.
            keys.put("MODEL.ROI_HEADS.SCORE_THRESH_TEST", lowest);
        }
        boolean suppresses = settings.nms() < Settings.NO_NMS;
        if (models > 1 || suppresses) {
            keys.put("SOMA.ENSEMBLE.METHOD", "nms");
            keys.put("SOMA.ENSEMBLE.IOU", settings.nms());
        }
        if (models == 1) {
            keys.put("SOMA.ENSEMBLE.SINGLE", suppresses);
        }
        keys.put("SOMA.POST.SCORE_THRESHOLDS", post.scoreThresholds());
        keys.put("SOMA.POST.MAJORITY_CLASS", post.majorityClass());
        keys.put("SOMA.POST.REMOVE_OVERLAPS", post.removeOverlaps());
        keys.put("SOMA.POST.FILL_HOLES", post.fillHoles());
        keys.put("SOMA.POST.LARGEST_PART", post.largestPart());
        keys.put("SOMA.POST.MIN_PIXELS", post.minPixels().stream().map(n -> (long) n).toList());
        return keys;
    }

    /** What to type next. */
    public String advice(Settings settings) {
        String weights = " --weights WEIGHTS".repeat(models);
        if (config == null) {
            String overrides =
                    keys(settings).entrySet().stream()
                            .filter(e -> e.getKey().startsWith("SOMA."))
                            .map(e -> e.getKey() + "=" + e.getValue().toString().replace(" ", ""))
                            .collect(Collectors.joining(" "));
            return ("%s has the settings alone; name your configuration in it (_BASE_: CONFIG),"
                            + " or:%n  soma infer --config CONFIG%s --images IMAGES --out DIR %s")
                    .formatted(out, weights, overrides);
        }
        Path best = file().resolveSibling("best.safetensors");
        if (models == 1 && isFile() && Files.isRegularFile(best)) {
            weights = " --weights " + best;
        }
        return "%s has the settings; use them:%n  soma infer --config %s%s --images IMAGES --out DIR"
                .formatted(out, out, weights);
    }
}
