package soma.maskrcnn.config;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lays files and overrides over the defaults, checking names and types as it goes. */
final class ConfigReader {
    private static final String BASE = "_BASE_";
    private static final String COMMAND_LINE = "command line";
    private static final long LARGEST_FILE = 1 << 20;

    private final Defaults defaults = Defaults.get();
    private final Map<String, Object> values = new LinkedHashMap<>(defaults.values());
    private final Map<String, String> origins = new HashMap<>();
    private final List<String> notices = new ArrayList<>();

    Map<String, Object> values() {
        return values;
    }

    Map<String, String> origins() {
        return origins;
    }

    List<String> notices() {
        return notices;
    }

    /** Starts from a configuration that is there already. */
    void start(Map<String, Object> from, Map<String, String> fromOrigins) {
        values.putAll(from);
        origins.putAll(fromOrigins);
    }

    /** Lays a preset over what is there, its bases first. */
    void preset(String name) {
        presetFile(name + ".yaml");
    }

    private void presetFile(String file) {
        String label = "preset " + file.replaceFirst("\\.yaml$", "");
        Map<String, YamlTree.Leaf> leaves = YamlTree.parse(Presets.yaml(file), label);
        if (leaves.containsKey(BASE)) {
            presetFile(leaves.get(BASE).value().toString());
        }
        merge(leaves, label);
    }

    /** Lays a YAML file over what is there, its {@code _BASE_} first. */
    void file(Path file) {
        file(file, new LinkedHashSet<>());
    }

    private void file(Path file, Set<Path> above) {
        String label = file.toString();
        Path absolute = file.toAbsolutePath().normalize();
        if (!above.add(absolute)) {
            throw new SomaException(label + ": _BASE_: expected no circle, got one of " + above);
        }
        Map<String, YamlTree.Leaf> leaves = YamlTree.parse(read(file), label);
        if (leaves.containsKey(BASE)) {
            if (!(leaves.get(BASE).value() instanceof String base) || base.isBlank()) {
                throw new SomaException(label + ": _BASE_: expected one file name");
            }
            base(file, base.strip(), above);
        }
        merge(leaves, label);
    }

    private void base(Path file, String base, Set<Path> above) {
        String expanded =
                base.startsWith("~/") ? System.getProperty("user.home") + base.substring(1) : base;
        Path path;
        try {
            path = file.resolveSibling(expanded).normalize();
        } catch (InvalidPathException e) {
            throw new SomaException(file + ": _BASE_: expected one file name", e);
        }
        if (Files.exists(path)) {
            file(path, above);
        } else if (Presets.names().contains(base)) {
            preset(base);
        } else {
            throw new SomaException(
                    file + ": _BASE_: expected a file or a preset, found no " + path);
        }
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new SomaException(file + ": expected a configuration, got a file over 1 MiB");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new SomaException(file + ": expected a configuration in UTF-8", e);
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read the configuration: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "no such file" : e.getMessage();
    }

    private void merge(Map<String, YamlTree.Leaf> leaves, String label) {
        boolean old = isOld(leaves, label);
        leaves.forEach(
                (key, leaf) -> {
                    String name = old ? LegacyKeys.presentName(key) : key;
                    boolean emptySection = leaf.value() == null && defaults.isSection(name);
                    if (!key.equals(BASE) && !key.equals("VERSION") && !emptySection) {
                        set(name, leaf.value(), label);
                    }
                });
        if (old) {
            notices.add(label + ": read as detectron2's configuration VERSION 1");
        }
    }

    private static boolean isOld(Map<String, YamlTree.Leaf> leaves, String label) {
        YamlTree.Leaf version = leaves.get("VERSION");
        if (version == null) {
            return LegacyKeys.tells(leaves.keySet());
        }
        if (!(version.value() instanceof Long number) || number < 0 || number > 2) {
            throw new SomaException(
                    label + ": VERSION: expected 1 or 2, got " + show(version.value()));
        }
        return number < 2;
    }

    /** Applies {@code KEY=VALUE}. */
    void override(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new SomaException(COMMAND_LINE + ": expected KEY=VALUE, got " + show(text));
        }
        String key = text.substring(0, equals).strip();
        set(key, unquoted(text.substring(equals + 1).strip()), COMMAND_LINE);
    }

    /** Sets one key to a raw value, converting it to the key's type. */
    void set(String key, Object raw, String label) {
        KeyType type = defaults.type(key);
        if (type == null && defaults.isSection(key)) {
            throw new SomaException(
                    label + ": " + key + ": expected keys under this section, got " + show(raw));
        }
        if (type == null) {
            String shown = YamlTree.oneLine(key);
            throw new SomaException(
                    label
                            + ": unknown key "
                            + shown
                            + ": the nearest is "
                            + defaults.nearest(shown));
        }
        try {
            values.put(key, type.convert(raw));
        } catch (KeyType.TypeMismatch e) {
            throw new SomaException(
                    "%s: %s: expected %s, got %s"
                            .formatted(label, key, type.description(), show(raw)),
                    e);
        }
        origins.put(key, label);
    }

    private static String unquoted(String text) {
        boolean quoted =
                text.length() >= 2
                        && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                        && text.indexOf(text.charAt(0), 1) == text.length() - 1;
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    private static String show(Object raw) {
        return raw instanceof String text
                ? '"' + YamlTree.oneLine(text) + '"'
                : YamlTree.oneLine(YamlWriter.value(raw));
    }
}
