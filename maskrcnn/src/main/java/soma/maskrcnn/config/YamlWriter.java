package soma.maskrcnn.config;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes dotted keys and values as the YAML that detectron2 reads, in the order given. */
final class YamlWriter {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./-]*");
    private static final Set<String> WORDS =
            Set.of("true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", ".inf");

    private YamlWriter() {}

    /** Returns the YAML text; keys of one section must stand together. */
    static String write(Map<String, Object> values) {
        StringBuilder out = new StringBuilder();
        String[] open = {};
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            String[] path = entry.getKey().split("\\.");
            int same = 0;
            while (same < Math.min(open.length, path.length - 1) && open[same].equals(path[same])) {
                same++;
            }
            for (int i = same; i < path.length - 1; i++) {
                out.repeat("  ", i).append(path[i]).append(":\n");
            }
            out.repeat("  ", path.length - 1).append(path[path.length - 1]).append(": ");
            out.append(value(entry.getValue())).append('\n');
            open = Arrays.copyOf(path, path.length - 1);
        }
        return out.toString();
    }

    /** One value as YAML. */
    static String value(Object value) {
        return switch (value) {
            case null -> "null";
            case Double d -> number(d);
            case String text -> text(text);
            case List<?> list -> {
                StringBuilder out = new StringBuilder("[");
                for (Object item : list) {
                    out.append(out.length() > 1 ? ", " : "").append(value(item));
                }
                yield out.append(']').toString();
            }
            default -> value.toString();
        };
    }

    private static String number(double d) {
        if (Double.isNaN(d)) {
            return ".nan";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? ".inf" : "-.inf";
        }
        double size = Math.abs(d);
        if (size != 0 && (size < 1e-9 || size >= 1e15)) {
            // Python's YAML wants a sign in the exponent: 1.0E+20.
            return Double.toString(d).replaceFirst("E(\\d)", "E+$1");
        }
        String plain = new BigDecimal(Double.toString(d)).stripTrailingZeros().toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }

    private static String text(String text) {
        if (PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        if (text.chars().allMatch(c -> c >= ' ' && c != 0x7f)) {
            return "'" + text.replace("'", "''") + "'";
        }
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f) {
                out.append(String.format("\\x%02x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
