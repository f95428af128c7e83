package soma.maskrcnn.config;

import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The whole configuration: detectron2's key tree with its defaults, and {@code SOMA.*}.
 *
 * <p>Immutable, and valid once it exists: names and types are known, values that would change
 * numbers in ways that aren't supported are refused, and the records of this package can be made
 * from it. A model part makes its own record from its section ({@link #node}).
 */
public final class Config extends ConfigNode {
    private final Map<String, Object> values;
    private final Map<String, String> origins;
    private final String source;
    private final List<String> notices;

    private Config(ConfigReader reader, String source) {
        super("", Collections.unmodifiableMap(reader.values()), reader.origins(), source);
        this.values = Collections.unmodifiableMap(reader.values());
        this.origins = reader.origins();
        this.source = source;
        KeySupport.check(this);
        InputConfig.from(this);
        SolverConfig solver = SolverConfig.from(this);
        RunConfig.from(this);
        SamplerConfig.from(this);
        UpdateConfig.from(this);
        ParameterRules.from(this);
        TestConfig.from(this);
        EnsembleConfig.from(this);
        PostConfig.from(this);
        this.notices = List.copyOf(notices(reader, solver));
    }

    /**
     * Loads a preset, a YAML file or a run directory's {@code config.yaml}.
     *
     * @param name a preset's name, a file or a directory, tried in this order
     * @param overrides {@code KEY=VALUE} each, applied in order
     * @throws SomaException when there is none such, for unknown keys, wrong types and values that
     *     aren't supported
     */
    public static Config load(String name, List<String> overrides) {
        ConfigReader reader = new ConfigReader();
        String source;
        if (Presets.names().contains(name)) {
            source = "preset " + name;
            reader.preset(name);
        } else {
            Path file = file(name);
            source = file.toString();
            reader.file(file);
        }
        overrides.forEach(reader::override);
        return new Config(reader, source);
    }

    /** Loads without overrides: see {@link #load(String, List)}. */
    public static Config load(String name) {
        return load(name, List.of());
    }

    /**
     * Returns a configuration with more {@code KEY=VALUE} overrides.
     *
     * @throws SomaException as {@link #load} does
     */
    public Config withOverrides(List<String> overrides) {
        ConfigReader reader = copy();
        overrides.forEach(reader::override);
        return new Config(reader, source);
    }

    /**
     * Returns a configuration with one key set.
     *
     * @param value a Boolean, Number, String, List of these, or null
     * @param origin who sets it, for messages: "--seed", a file
     * @throws SomaException as {@link #load} does
     */
    public Config with(String key, Object value, String origin) {
        ConfigReader reader = copy();
        reader.set(key, widened(value), origin);
        return new Config(reader, source);
    }

    /**
     * What the user should know and need not act on, a line each: keys without effect here, a file
     * in the old version, steps beyond the last iteration.
     */
    public List<String> notices() {
        return notices;
    }

    /** What was loaded: a file, or "preset NAME". */
    public String source() {
        return source;
    }

    /** The whole tree as YAML, which detectron2 loads but for {@code SOMA}. */
    public String toYaml() {
        return YamlWriter.write(values);
    }

    /**
     * Some settings as YAML, to stand in a file of their own; {@code _BASE_} names what they are
     * laid over.
     *
     * @param values by dotted key; keys of one section must stand together
     */
    public static String toYaml(Map<String, Object> values) {
        return YamlWriter.write(values);
    }

    private ConfigReader copy() {
        ConfigReader reader = new ConfigReader();
        reader.start(values, origins);
        return reader;
    }

    private static Object widened(Object value) {
        return switch (value) {
            case Integer i -> i.longValue();
            case Float f -> f.doubleValue();
            case List<?> list -> {
                List<Object> items = new ArrayList<>();
                list.forEach(item -> items.add(widened(item)));
                yield items;
            }
            case null -> null;
            default -> value;
        };
    }

    private List<String> notices(ConfigReader reader, SolverConfig solver) {
        List<String> lines = new ArrayList<>(reader.notices());
        Map<String, Object> defaults = Defaults.get().values();
        List<String> changed =
                values.keySet().stream()
                        .filter(key -> !Objects.equals(values.get(key), defaults.get(key)))
                        .toList();
        var idle = KeySupport.withoutEffect(changed);
        if (!idle.isEmpty()) {
            lines.add(source + ": no effect here: " + String.join(", ", idle));
        }
        SolverConfig.Schedule schedule = solver.schedule();
        int ignored = getInts("SOLVER.STEPS").length - schedule.steps().size();
        if (schedule.decay() == SolverConfig.Decay.MULTI_STEP && ignored > 0) {
            lines.add(
                    "%s: SOLVER.STEPS: %d beyond SOLVER.MAX_ITER %d ignored"
                            .formatted(origin("SOLVER.STEPS"), ignored, solver.maxIterations()));
        }
        return lines;
    }

    private static Path file(String name) {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw unknown(name);
        }
        if (Files.isDirectory(path)) {
            Path inside = path.resolve("config.yaml");
            if (!Files.isRegularFile(inside)) {
                throw new SomaException(path + ": expected a run directory, found no config.yaml");
            }
            return inside;
        }
        if (!Files.exists(path)) {
            throw unknown(name);
        }
        return path;
    }

    private static SomaException unknown(String name) {
        String bare = name.substring(name.lastIndexOf('/') + 1).replaceFirst("\\.ya?ml$", "");
        String nearest = NearestName.of(bare, Presets.names()).orElseThrow();
        return new SomaException(
                "%s: no such configuration: expected a file, a run directory or a preset (%s); the nearest is %s"
                        .formatted(name, String.join(", ", Presets.names()), nearest));
    }
}
