package soma.maskrcnn.config;

import java.util.ArrayList;
import java.util.List;

/**
 * What a key's value may be: a scalar, or lists of it nested {@code depth} deep.
 *
 * <p>Values in memory are Boolean, Long, Double, String, unmodifiable List, or null where {@code
 * nullable}.
 */
record KeyType(Scalar scalar, int depth, boolean nullable) {

    /** The kinds of single values. */
    enum Scalar {
        BOOLEAN("true or false", "truth values"),
        INTEGER("a whole number", "whole numbers"),
        NUMBER("a number", "numbers"),
        TEXT("text", "texts"),
        ANY("anything", "anything");

        private final String one;
        private final String many;

        Scalar(String one, String many) {
            this.one = one;
            this.many = many;
        }
    }

    /** The type that a default value shows. */
    static KeyType of(Object value) {
        Object inner = value;
        while (inner instanceof List<?> list) {
            inner = list.isEmpty() ? null : list.getFirst();
        }
        return new KeyType(scalar(inner), depth(value), false);
    }

    // No pattern switch: its bootstrap alone would take a tenth of reading the configuration.
    private static Scalar scalar(Object value) {
        if (value instanceof Boolean) {
            return Scalar.BOOLEAN;
        }
        if (value instanceof Long) {
            return Scalar.INTEGER;
        }
        if (value instanceof Double) {
            return Scalar.NUMBER;
        }
        if (value instanceof String) {
            return Scalar.TEXT;
        }
        throw new IllegalArgumentException("a default of no type: " + value + "; it needs a tag");
    }

    /** How deep lists are nested: 0 for a scalar. */
    static int depth(Object value) {
        int depth = 0;
        for (Object inner = value; inner instanceof List<?> list; depth++) {
            inner = list.isEmpty() ? null : list.getFirst();
        }
        return depth;
    }

    /** In words, for error messages: "a number", "a list of lists of numbers". */
    String description() {
        String plain =
                switch (depth) {
                    case 0 -> scalar.one;
                    case 1 -> "a list of " + scalar.many;
                    default -> "a list of lists of " + scalar.many;
                };
        return nullable ? plain + " or null" : plain;
    }

    /**
     * Converts what a file or an override holds, by yacs' rules and a little wider: text that is a
     * literal of the wanted type counts as it, whole numbers are numbers, a flat list stands for a
     * list of one list (detectron2 repeats it for each level).
     *
     * @throws TypeMismatch when {@code raw} is of another type
     */
    Object convert(Object raw) {
        if (raw == null) {
            if (nullable) {
                return null;
            }
            throw new TypeMismatch();
        }
        Object value = raw;
        if (value instanceof String text && !(depth == 0 && scalar == Scalar.TEXT)) {
            value = PythonLiteral.parse(text);
            if (value == null && nullable) {
                return null;
            }
        }
        if (depth == 0) {
            return scalarValue(value);
        }
        if (!(value instanceof List<?> list)) {
            throw new TypeMismatch();
        }
        if (depth > 1 && !list.isEmpty() && !(list.getFirst() instanceof List)) {
            list = List.of(list);
        }
        KeyType element = new KeyType(scalar, depth - 1, false);
        List<Object> converted = new ArrayList<>(list.size());
        for (Object item : list) {
            converted.add(element.convert(item));
        }
        return List.copyOf(converted);
    }

    private Object scalarValue(Object value) {
        boolean fits =
                switch (scalar) {
                    case BOOLEAN -> value instanceof Boolean;
                    case INTEGER -> value instanceof Long || isWhole(value);
                    case NUMBER -> value instanceof Long || isNumber(value);
                    case TEXT -> value instanceof String;
                    case ANY -> value != null;
                };
        if (!fits) {
            throw new TypeMismatch();
        }
        return switch (scalar) {
            case INTEGER -> ((Number) value).longValue();
            case NUMBER -> ((Number) value).doubleValue();
            case BOOLEAN, TEXT, ANY -> value;
        };
    }

    private static boolean isWhole(Object value) {
        return value instanceof Double d && d == Math.rint(d) && Math.abs(d) <= 1L << 53;
    }

    private static boolean isNumber(Object value) {
        return value instanceof Double d && !Double.isNaN(d);
    }

    /** Says that a value is not of the wanted type; the caller knows file and key. */
    static final class TypeMismatch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TypeMismatch() {
            super(null, null, false, false);
        }
    }
}
