package soma.maskrcnn.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads a value written as a Python or YAML literal: {@code 1e-4}, {@code (60000, 80000)}, {@code
 * [[32], [64]]}, {@code 'p2'}, {@code True}, {@code None}. detectron2 reads overrides, and strings
 * in its YAML files, as Python literals (yacs, {@code _decode_cfg_value}).
 */
final class PythonLiteral {
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9][0-9_]*");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?([0-9][0-9_]*\\.?[0-9_]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    private static final Pattern INFINITE = Pattern.compile("([-+]?)\\.?(inf|Inf|INF)");
    private static final int DEEPEST = 8;

    private final String text;
    private int at;

    private PythonLiteral(String text) {
        this.text = text;
    }

    /**
     * Returns a Boolean, Long, Double, String, List of these, or null for {@code None}. What is no
     * literal is the text itself; commas at the top level make a list, as in Python.
     */
    static Object parse(String text) {
        String trimmed = text.strip();
        PythonLiteral reader = new PythonLiteral(trimmed);
        try {
            List<Object> items = reader.items('\0', 0);
            return items.size() == 1 && !trimmed.endsWith(",") ? items.getFirst() : items;
        } catch (NotALiteral e) {
            return trimmed;
        }
    }

    /** A literal without brackets, commas or quotes: a number, a truth value, nothing, or text. */
    static Object scalar(String word) {
        switch (word) {
            case "True", "true", "TRUE" -> {
                return true;
            }
            case "False", "false", "FALSE" -> {
                return false;
            }
            case "None", "null", "Null", "NULL", "~" -> {
                return null;
            }
            default -> {
                return numberOrText(word);
            }
        }
    }

    private static Object numberOrText(String word) {
        try {
            if (INTEGER.matcher(word).matches()) {
                return Long.valueOf(word.replace("_", ""));
            }
        } catch (NumberFormatException e) {
            // More than 64 bits: only a floating-point number can hold it.
            return Double.valueOf(word.replace("_", ""));
        }
        if (NUMBER.matcher(word).matches()) {
            return Double.valueOf(word.replace("_", ""));
        }
        var infinite = INFINITE.matcher(word);
        if (infinite.matches()) {
            return infinite.group(1).equals("-")
                    ? Double.NEGATIVE_INFINITY
                    : Double.POSITIVE_INFINITY;
        }
        return word;
    }

    private List<Object> items(char close, int depth) {
        List<Object> items = new ArrayList<>();
        skipSpace();
        while (at < text.length() && text.charAt(at) != close) {
            items.add(value(depth));
            skipSpace();
            if (at < text.length() && text.charAt(at) == ',') {
                at++;
                skipSpace();
            } else if (at < text.length() && text.charAt(at) != close) {
                throw new NotALiteral();
            }
        }
        if (close == '\0') {
            if (items.isEmpty()) {
                throw new NotALiteral();
            }
        } else if (at == text.length()) {
            throw new NotALiteral();
        }
        return items;
    }

    private Object value(int depth) {
        char first = text.charAt(at);
        return switch (first) {
            case '(' -> bracketed(')', depth);
            case '[' -> bracketed(']', depth);
            case '\'', '"' -> quoted(first);
            default -> word();
        };
    }

    private Object bracketed(char close, int depth) {
        if (depth == DEEPEST) {
            throw new NotALiteral();
        }
        int open = at++;
        List<Object> items = items(close, depth + 1);
        boolean comma = text.substring(open + 1, at).stripTrailing().endsWith(",");
        at++;
        // In Python (3) is 3 and (3,) is a tuple.
        return close == ')' && items.size() == 1 && !comma ? items.getFirst() : items;
    }

    private String quoted(char quote) {
        int end = text.indexOf(quote, at + 1);
        if (end < 0) {
            throw new NotALiteral();
        }
        String inside = text.substring(at + 1, end);
        at = end + 1;
        return inside;
    }

    private Object word() {
        int start = at;
        while (at < text.length() && ",()[]'\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at).strip();
        if (word.isEmpty()) {
            throw new NotALiteral();
        }
        return scalar(word);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** Says, inside this class only, that the text follows no literal's syntax. */
    private static final class NotALiteral extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotALiteral() {
            super(null, null, false, false);
        }
    }
}
