package soma.maskrcnn.config;

import soma.tensor.SomaException;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A section of the configuration: typed access to its keys, relative to the section.
 *
 * <p>Immutable. Every value has its declared type already; the getters with limits check it and
 * throw a {@link SomaException} that names the file, the key and the value. Asking for a key that
 * isn't declared, or for another type, is a programmer's error ({@link IllegalArgumentException}).
 */
public sealed class ConfigNode permits Config {
    private final String prefix;
    private final Map<String, Object> values;
    private final Map<String, String> origins;
    private final String source;

    /**
     * @param prefix the section with a dot at its end; empty for the whole tree
     * @param values all keys of the tree
     * @param origins file or "command line" of the keys that were set
     * @param source what was loaded, for messages about keys that were not set
     */
    ConfigNode(
            String prefix, Map<String, Object> values, Map<String, String> origins, String source) {
        this.prefix = prefix;
        this.values = values;
        this.origins = origins;
        this.source = source;
    }

    /** The section {@code path}, such as {@code MODEL.RPN}. */
    public final ConfigNode node(String path) {
        String inner = prefix + path;
        if (!Defaults.get().isSection(inner)) {
            throw new IllegalArgumentException("no section " + inner + " in defaults.yaml");
        }
        return new ConfigNode(inner + ".", values, origins, source);
    }

    /** The full keys and values of this section, in the order of declaration. */
    public final Map<String, Object> values() {
        Map<String, Object> inside = new LinkedHashMap<>();
        values.forEach(
                (key, value) -> {
                    if (key.startsWith(prefix)) {
                        inside.put(key, value);
                    }
                });
        return Collections.unmodifiableMap(inside);
    }

    /** The value as it is held: Boolean, Long, Double, String, List or null. */
    final Object value(String key) {
        String full = prefix + key;
        if (!values.containsKey(full)) {
            throw new IllegalArgumentException("no key " + full + " in defaults.yaml");
        }
        return values.get(full);
    }

    /** Where the value of {@code key} comes from: a file, a preset or the command line. */
    public final String origin(String key) {
        return origins.getOrDefault(prefix + key, source);
    }

    /** Whether a file or the command line sets {@code key}; otherwise it has its default. */
    public final boolean isSet(String key) {
        value(key);
        return origins.containsKey(prefix + key);
    }

    /**
     * The error for a value that can't be used: {@code FILE: KEY: expected X, got VALUE}.
     *
     * @param expected what the value should be, "a number above 0"
     */
    public final SomaException invalid(String key, String expected) {
        String full = prefix + key;
        String got = YamlWriter.value(value(key));
        String suffix = isSet(key) ? "" : " (the default)";
        return new SomaException(
                origin(key) + ": " + full + ": expected " + expected + ", got " + got + suffix);
    }

    /** A truth value. */
    public final boolean getBoolean(String key) {
        return get(key, Boolean.class);
    }

    /** A whole number; an error beyond 32 bits. */
    public final int getInt(String key) {
        return getInt(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** A whole number of {@code min} or more. */
    public final int getInt(String key, int min) {
        return getInt(key, min, Integer.MAX_VALUE);
    }

    /** A whole number from {@code min} to {@code max}, both included. */
    public final int getInt(String key, int min, int max) {
        long value = get(key, Long.class);
        if (value < min || value > max) {
            throw invalid(key, "a whole number" + range(min, max));
        }
        return (int) value;
    }

    /** A whole number of 64 bits, such as a seed. */
    public final long getLong(String key) {
        return get(key, Long.class);
    }

    /** A number; may be infinite, never NaN. */
    public final double getDouble(String key) {
        return get(key, Double.class);
    }

    /** A number from {@code min} to {@code max}, both included. */
    public final double getDouble(String key, double min, double max) {
        double value = getDouble(key);
        if (value < min || value > max) {
            throw invalid(
                    key,
                    max == Double.POSITIVE_INFINITY
                            ? "a number of " + YamlWriter.value(min) + " or more"
                            : "a number from %s to %s"
                                    .formatted(YamlWriter.value(min), YamlWriter.value(max)));
        }
        return value;
    }

    /** A finite number above 0. */
    public final double getPositive(String key) {
        double value = getDouble(key);
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw invalid(key, "a number above 0");
        }
        return value;
    }

    /** A number, or empty where the configuration says null. */
    public final OptionalDouble getOptionalDouble(String key) {
        Object value = value(key);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(getDouble(key));
    }

    /** Text, possibly empty. */
    public final String getString(String key) {
        return get(key, String.class);
    }

    /** Text that must be one of {@code choices}. */
    public final String getChoice(String key, String... choices) {
        String value = getString(key);
        if (!List.of(choices).contains(value)) {
            throw invalid(key, "one of " + String.join(", ", choices));
        }
        return value;
    }

    /** A list of whole numbers; an error beyond 32 bits. */
    public final int[] getInts(String key) {
        long[] longs = list(key, Long.class).stream().mapToLong(Long::longValue).toArray();
        int[] ints = new int[longs.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) longs[i];
            if (ints[i] != longs[i]) {
                throw invalid(key, "whole numbers of 32 bits");
            }
        }
        return ints;
    }

    /** A list of numbers. */
    public final double[] getDoubles(String key) {
        return list(key, Double.class).stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** A list of {@code count} numbers. */
    public final double[] getDoubles(String key, int count) {
        double[] numbers = getDoubles(key);
        if (numbers.length != count) {
            throw invalid(key, count + " numbers");
        }
        return numbers;
    }

    /** A list of texts. */
    public final List<String> getStrings(String key) {
        return list(key, String.class);
    }

    /** A list of lists of numbers, such as the anchor sizes of each level. */
    public final double[][] getDoubleLists(String key) {
        List<?> lists = get(key, List.class);
        return lists.stream()
                .map(
                        list ->
                                ((List<?>) list)
                                        .stream().mapToDouble(number -> (Double) number).toArray())
                .toArray(double[][]::new);
    }

    /** A list of lists of anything. */
    public final List<List<?>> getLists(String key) {
        List<?> lists = get(key, List.class);
        return lists.stream().<List<?>>map(list -> (List<?>) list).toList();
    }

    private <T> T get(String key, Class<T> type) {
        Object value = value(key);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    prefix + key + " is declared as no " + type.getSimpleName());
        }
        return type.cast(value);
    }

    private <T> List<T> list(String key, Class<T> type) {
        List<?> list = get(key, List.class);
        return list.stream().<T>map(type::cast).toList();
    }

    private static String range(int min, int max) {
        if (max == Integer.MAX_VALUE) {
            return min == Integer.MIN_VALUE ? " of 32 bits" : " of " + min + " or more";
        }
        return min == Integer.MIN_VALUE ? " up to " + max : " from " + min + " to " + max;
    }
}
