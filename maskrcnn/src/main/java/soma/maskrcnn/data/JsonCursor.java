package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A forward-only reader of a JSON file, whose every failure names the file and the field. */
final class JsonCursor implements AutoCloseable {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Path file;
    private final JsonParser parser;
    private JsonToken token;

    /** Something that reads a JSON file. */
    @FunctionalInterface
    interface Reading<T> {
        T read(JsonCursor cursor) throws IOException;
    }

    private JsonCursor(Path file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /**
     * Opens {@code file}, stands on its first token, and turns every failure into a {@link
     * SomaException}.
     */
    static <T> T read(Path file, Reading<T> reading) {
        try (JsonCursor cursor =
                new JsonCursor(file, FACTORY.createParser(Files.newInputStream(file)))) {
            cursor.next();
            T result = reading.read(cursor);
            if (cursor.next() != null) {
                throw cursor.expected("the end of the file");
            }
            return result;
        } catch (NoSuchFileException e) {
            throw new SomaException(file + ": file: expected one to read, got none there", e);
        } catch (JsonProcessingException e) {
            throw new SomaException(
                    file
                            + ": line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
                            + ": expected valid JSON, got: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
    }

    JsonToken next() throws IOException {
        token = parser.nextToken();
        return token;
    }

    JsonToken token() {
        return token;
    }

    /**
     * Goes over the fields of the object that the cursor stands on; {@link #next} stands on each
     * value.
     */
    String nextField() throws IOException {
        if (next() != JsonToken.FIELD_NAME) {
            return null;
        }
        String name = parser.currentName();
        next();
        return name;
    }

    void requireObject() {
        if (token != JsonToken.START_OBJECT) {
            throw expected("an object");
        }
    }

    void requireArray() {
        if (token != JsonToken.START_ARRAY) {
            throw expected("a list");
        }
    }

    /** Steps over the value that the cursor stands on. */
    void skip() throws IOException {
        parser.skipChildren();
        token = parser.currentToken();
    }

    boolean isNull() {
        return token == JsonToken.VALUE_NULL;
    }

    boolean isInteger() {
        return token == JsonToken.VALUE_NUMBER_INT;
    }

    /** Reads an id that may be a string or a whole number. */
    String idText() throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return Long.toString(parser.getLongValue());
        }
        if (token != JsonToken.VALUE_STRING) {
            throw expected("a string or a whole number");
        }
        return parser.getText();
    }

    String string() throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw expected("a string");
        }
        return parser.getText();
    }

    long integer() throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw expected("a whole number");
        }
        return parser.getLongValue();
    }

    int positive() throws IOException {
        long value = integer();
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw expected("a whole number from 1 to 2^31-1");
        }
        return (int) value;
    }

    double number() throws IOException {
        if (token == null || !token.isNumeric()) {
            throw expected("a number");
        }
        return parser.getDoubleValue();
    }

    /** Reads 0, 1, true or false. */
    boolean flag() throws IOException {
        return switch (token) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> integer() != 0;
        };
    }

    double[] numbers() throws IOException {
        requireArray();
        double[] values = new double[8];
        int n = 0;
        while (next() != JsonToken.END_ARRAY) {
            if (n == values.length) {
                values = Arrays.copyOf(values, n * 2);
            }
            values[n++] = number();
        }
        return Arrays.copyOf(values, n);
    }

    int[] integers() throws IOException {
        requireArray();
        int[] values = new int[64];
        int n = 0;
        while (next() != JsonToken.END_ARRAY) {
            long value = integer();
            if (value != (int) value) {
                throw expected("a whole number below 2^31");
            }
            if (n == values.length) {
                values = Arrays.copyOf(values, n * 2);
            }
            values[n++] = (int) value;
        }
        return Arrays.copyOf(values, n);
    }

    List<double[]> numberLists() throws IOException {
        requireArray();
        List<double[]> lists = new ArrayList<>();
        while (next() != JsonToken.END_ARRAY) {
            lists.add(numbers());
        }
        return lists;
    }

    /** Returns the failure to throw where another kind of value stands. */
    SomaException expected(String what) {
        return new SomaException(file + ": " + where() + ": expected " + what + ", got " + got());
    }

    /** Returns the failure to throw where a field is absent. */
    SomaException missing(String field) {
        return new SomaException(
                file + ": " + where() + ": expected a field " + field + ", got none");
    }

    private String where() {
        String pointer = parser.getParsingContext().pathAsPointer().toString();
        return pointer.isEmpty() ? "top level" : pointer.substring(1);
    }

    private String got() {
        return switch (token) {
            case null -> "the end of the file";
            case START_OBJECT, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "a list";
            case VALUE_NULL -> "null";
            default -> text();
        };
    }

    private String text() {
        try {
            String text = parser.getText().replaceAll("\\p{Cntrl}", " ");
            String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
            return token == JsonToken.VALUE_STRING ? '"' + shown + '"' : shown;
        } catch (IOException e) {
            return "a value that can't be read";
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
