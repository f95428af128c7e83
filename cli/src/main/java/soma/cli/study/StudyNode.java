package soma.cli.study;

import soma.maskrcnn.config.NearestName;
import soma.tensor.SomaException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mapping of a study file, which knows where it stands. */
final class StudyNode {
    private final String where;
    private final Map<?, ?> values;

    private StudyNode(String where, Map<?, ?> values) {
        this.where = where;
        this.values = values;
    }

    /**
     * A node that has no other keys than the known ones.
     *
     * @param where it stands, for messages
     * @throws SomaException when it is no mapping, or has an unknown key
     */
    static StudyNode of(String where, Object value, List<String> known) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new SomaException(
                    "%s: expected keys among %s, got %s".formatted(where, known, value));
        }
        for (Object key : map.keySet()) {
            String name = String.valueOf(key);
            if (!known.contains(name)) {
                throw new SomaException(
                        "%s: unknown key %s: did you mean %s?"
                                .formatted(where, name, NearestName.of(name, known).orElse("")));
            }
        }
        return new StudyNode(where, map);
    }

    /** Where it stands. */
    String where() {
        return where;
    }

    boolean has(String key) {
        return values.get(key) != null;
    }

    SomaException invalid(String key, String expected) {
        return new SomaException(
                "%s: %s: expected %s, got %s".formatted(where, key, expected, values.get(key)));
    }

    /** A text; a number is its text, too. */
    Optional<String> text(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Map || value instanceof List || value.toString().isBlank()) {
            throw invalid(key, "a text");
        }
        return Optional.of(value.toString());
    }

    /** A list of texts; empty if it isn't there. */
    List<String> texts(String key) {
        List<String> out = new ArrayList<>();
        for (Object value : list(key)) {
            if (value == null || value instanceof Map || value instanceof List) {
                throw invalid(key, "a list of texts");
            }
            out.add(value.toString());
        }
        return out;
    }

    /** A list; empty if it isn't there. */
    List<?> list(String key) {
        Object value = values.get(key);
        if (value != null && !(value instanceof List)) {
            throw invalid(key, "a list");
        }
        return value == null ? List.of() : (List<?>) value;
    }

    /** A whole number of at least {@code least}. */
    int number(String key, int least) {
        if (!(values.get(key) instanceof Integer number) || number < least) {
            throw invalid(key, "a whole number of at least " + least);
        }
        return number;
    }

    /** A truth value; false if it isn't there. */
    boolean flag(String key) {
        Object value = values.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw invalid(key, "true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    /** A mapping below this one. */
    Optional<StudyNode> node(String key, List<String> known) {
        return has(key)
                ? Optional.of(of(where + ": " + key, values.get(key), known))
                : Optional.empty();
    }
}
