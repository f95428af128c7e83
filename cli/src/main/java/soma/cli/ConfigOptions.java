package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import soma.maskrcnn.config.Config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Options of commands that take a configuration. */
final class ConfigOptions {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");
    private static final Pattern OVERRIDE = Pattern.compile("[A-Z][A-Z0-9_.]*=.*");

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            required = true,
            description =
                    "A preset's name, a YAML file (detectron2's load as they are), or the directory"
                            + " of a training run.")
    private String config;

    @Parameters(
            paramLabel = "KEY=VALUE",
            description = "Values that replace those of the configuration.")
    private List<String> overrides = new ArrayList<>();

    /** What {@code --config} names. */
    String name() {
        return config;
    }

    /** Whether an argument has the form of an override. */
    static boolean isOverride(String argument) {
        return OVERRIDE.matcher(argument).matches();
    }

    /**
     * Loads the configuration, with {@code --seed}, and logs its notices.
     *
     * @throws soma.tensor.SomaException for unknown keys and values that can't be used
     */
    Config load(CommonOptions common) {
        return load(config, overrides, common);
    }

    /** Like {@link #load(CommonOptions)} for any configuration. */
    static Config load(String name, List<String> overrides, CommonOptions common) {
        Config loaded = Config.load(name, overrides);
        if (common.seed().isPresent()) {
            loaded = loaded.with("SEED", common.seed().getAsLong(), "--seed");
        }
        loaded.notices().forEach(LOG::info);
        return loaded;
    }
}
