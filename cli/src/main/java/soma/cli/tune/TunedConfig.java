package soma.cli.tune;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.config.Presets;
import soma.maskrcnn.tune.Settings;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The configuration that a search starts from, and the one that it ends in. */
public final class TunedConfig {
    /** A configuration without post-processing, to start from when none is named. */
    private static final String NEUTRAL = "mask_rcnn_R_50_FPN_3x";

    private static final String CLASSES = "MODEL.ROI_HEADS.NUM_CLASSES";

    private final String name;
    private final List<String> overrides;
    private final Path out;
    private final int models;
    private final Config config;

    private TunedConfig(String name, List<String> overrides, Path out, int models, Config config) {
        this.name = name;
        this.overrides = List.copyOf(overrides);
        this.out = out;
        this.models = models;
        this.config = config;
    }

    /**
     * Loads the configuration to start from.
     *
     * @param name a preset, file or run directory; null: none
     * @param overrides {@code KEY=VALUE}, which the file to be written has, too
     * @param out the file that the settings are to be written to
     * @param models number of models, whose predictions are fused
     * @throws SomaException when it can't be loaded, is for another number of classes or another
     *     way to fuse, or {@code out} is the file itself
     */
    public static TunedConfig of(
            String name, List<String> overrides, Path out, int classes, int models) {
        List<String> all = new ArrayList<>();
        if (name == null) {
            all.add(CLASSES + "=" + classes);
        }
        all.addAll(overrides);
        Config config = Config.load(name == null ? NEUTRAL : name, all);
        if (config.getInt(CLASSES, 1) != classes) {
            throw config.invalid(CLASSES, "the data set's number of classes, " + classes);
        }
        PostConfig post = PostConfig.from(config);
        if (post.scoreThresholdClass() != PostConfig.LimitClass.OWN) {
            throw config.invalid("SOMA.POST.SCORE_THRESHOLD_CLASS", "own, as tune searches it");
        }
        if (post.minPixelsClass() != PostConfig.LimitClass.OWN) {
            throw config.invalid("SOMA.POST.MIN_PIXELS_CLASS", "own, as tune searches it");
        }
        EnsembleConfig ensemble = EnsembleConfig.from(config);
        if (fuses(ensemble, models)) {
            requireSearched(config, ensemble);
        }
        TunedConfig tuned = new TunedConfig(name, all, out, models, config);
        if (tuned.isFile() && out.toAbsolutePath().normalize().equals(tuned.file())) {
            throw new SomaException(out + ": --out: expected another file than --config, got it");
        }
        return tuned;
    }

    private static boolean fuses(EnsembleConfig ensemble, int models) {
        return models > 1 || ensemble.single();
    }

    private static void requireSearched(Config config, EnsembleConfig ensemble) {
        if (ensemble.method() != EnsembleConfig.Method.NMS) {
            throw config.invalid(
                    "SOMA.ENSEMBLE.METHOD",
                    "nms, as tune searches it (for others, tune what soma ensemble made)");
        }
        if (ensemble.masks() != EnsembleConfig.Masks.WINNER) {
            throw config.invalid(
                    "SOMA.ENSEMBLE.MASKS",
                    "winner, as tune searches it (for others, tune what soma ensemble made)");
        }
        if (!ensemble.weights().isEmpty()) {
            throw config.invalid("SOMA.ENSEMBLE.WEIGHTS", "none, as tune searches it");
        }
    }

    private boolean isFile() {
        return name != null && !Presets.names().contains(name);
    }

    private Path file() {
        return Path.of(config.source()).toAbsolutePath().normalize();
    }

    /** The settings to start from. */
    public Settings start() {
        EnsembleConfig ensemble = EnsembleConfig.from(config);
        double nms = fuses(ensemble, models) ? ensemble.iou() : Settings.NO_NMS;
        return Settings.of(PostConfig.from(config), config.getInt(CLASSES, 1), nms);
    }

    /** The file's content: the settings, over the configuration if there is one. */
    public String yaml(Settings settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (name != null) {
            values.put("_BASE_", isFile() ? file().toString() : name);
        }
        values.putAll(keys(settings));
        return Config.toYaml(values);
    }

    /** What the user has set, and what was found, by key. */
    private SortedMap<String, Object> keys(Settings settings) {
        PostConfig post = settings.post();
        SortedMap<String, Object> keys = new TreeMap<>();
        for (String override : overrides) {
            String key = override.substring(0, override.indexOf('=')).strip();
            keys.put(key, config.values().get(key));
        }
        double lowest =
                post.scoreThresholds().stream().mapToDouble(Double::doubleValue).min().orElse(0);
        if (name == null || lowest < config.getDouble("MODEL.ROI_HEADS.SCORE_THRESH_TEST", 0, 1)) {
            // The model mustn't drop what the settings keep.
            keys.put("MODEL.ROI_HEADS.SCORE_THRESH_TEST", lowest);
        }
        boolean suppresses = settings.nms() < Settings.NO_NMS;
        if (models > 1 || suppresses) {
            keys.put("SOMA.ENSEMBLE.METHOD", "nms");
            keys.put("SOMA.ENSEMBLE.MASKS", "winner");
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
        if (name == null) {
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
