package soma.maskrcnn.config;

import soma.maskrcnn.config.KeyType.Scalar;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The known keys with types and defaults, from the resource {@code defaults.yaml}. */
final class Defaults {
    private static final Defaults INSTANCE = new Defaults(resource("defaults.yaml"));

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, KeyType> types = new HashMap<>();
    private final Set<String> sections = new LinkedHashSet<>();

    private Defaults(String yaml) {
        YamlTree.parse(yaml, "defaults.yaml")
                .forEach(
                        (key, leaf) -> {
                            KeyType type = type(leaf);
                            types.put(key, type);
                            values.put(key, type.convert(leaf.value()));
                            for (int dot = key.indexOf('.');
                                    dot > 0;
                                    dot = key.indexOf('.', dot + 1)) {
                                sections.add(key.substring(0, dot));
                            }
                        });
    }

    static Defaults get() {
        return INSTANCE;
    }

    /** Every key and its default, in the order of declaration. */
    Map<String, Object> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The type of a key, or null for an unknown one. */
    KeyType type(String key) {
        return types.get(key);
    }

    boolean isSection(String path) {
        return sections.contains(path);
    }

    /** The known key or section nearest to a misspelt one. */
    String nearest(String key) {
        Set<String> known = new LinkedHashSet<>(values.keySet());
        known.addAll(sections);
        // A key that does something is more likely meant than one of the same name without effect.
        return NearestName.of(key, known, name -> KeySupport.hasNoEffect(name) ? 8 : 0)
                .orElseThrow();
    }

    /** The text of a resource beside this class, or null when there is none. */
    static String resource(String name) {
        try (InputStream in = Defaults.class.getResourceAsStream(name)) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyType type(YamlTree.Leaf leaf) {
        if (leaf.tag() == null) {
            return KeyType.of(leaf.value());
        }
        int depth = Math.max(1, KeyType.depth(leaf.value()));
        return switch (leaf.tag()) {
            case "!numbers" -> new KeyType(Scalar.NUMBER, depth, false);
            case "!integers" -> new KeyType(Scalar.INTEGER, depth, false);
            case "!strings" -> new KeyType(Scalar.TEXT, depth, false);
            case "!any" -> new KeyType(Scalar.ANY, depth, false);
            case "!lists" -> new KeyType(Scalar.ANY, 2, false);
            case "!optional-number" -> new KeyType(Scalar.NUMBER, 0, true);
            default -> throw new IllegalArgumentException("unknown tag " + leaf.tag());
        };
    }
}
