package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;

import soma.tensor.SomaException;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A CSV file with a header line, read row by row. */
final class CsvTable {
    private static final CsvMapper MAPPER =
            CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();

    private final Path file;
    private final Map<String, Integer> columns = new HashMap<>();
    private String[] row;
    private int width;
    private int line;

    /** Receives the rows. */
    @FunctionalInterface
    interface RowVisitor {
        /** The table stands on a row. */
        void accept(CsvTable table);
    }

    private CsvTable(Path file) {
        this.file = file;
    }

    /**
     * Calls {@code visitor} for each row after the header, which must have all {@code required}
     * columns.
     *
     * @throws SomaException when the file can't be read or a column is missing
     */
    static void read(Path file, List<String> required, RowVisitor visitor) {
        CsvTable table = new CsvTable(file);
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                MappingIterator<String[]> rows =
                        MAPPER.readerFor(String[].class).readValues(text)) {
            table.header(rows.hasNextValue() ? rows.nextValue() : new String[0], required);
            while (rows.hasNextValue()) {
                table.row = rows.nextValue();
                table.line++;
                table.requirePlainRow();
                if (table.row.length > 1 || !table.row[0].isBlank()) {
                    visitor.accept(table);
                }
            }
        } catch (NoSuchFileException e) {
            throw new SomaException(file + ": file: expected one to read, got none there", e);
        } catch (MalformedInputException e) {
            throw new SomaException(file + ": text: expected UTF-8, got other bytes", e);
        } catch (JsonProcessingException e) {
            throw new SomaException(
                    file
                            + ": line "
                            + (table.line + 1)
                            + ": expected valid CSV, got: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
    }

    private void header(String[] names, List<String> required) {
        line = 1;
        width = names.length;
        for (int i = 0; i < names.length; i++) {
            // A byte order mark is part of the first name for a reader of UTF-8.
            String name = names[i].replace("\ufeff", "").strip();
            if (columns.putIfAbsent(name, i) != null) {
                throw new SomaException(
                        file
                                + ": header: expected each column once, got "
                                + shortened(name)
                                + " twice");
            }
        }
        for (String name : required) {
            if (!columns.containsKey(name)) {
                throw new SomaException(
                        file
                                + ": header: expected the columns "
                                + String.join(",", required)
                                + ", got "
                                + shortened(Arrays.toString(names)));
            }
        }
    }

    private void requirePlainRow() {
        if (row.length > width) {
            throw new SomaException(
                    file + ": line " + line + ": expected " + width + " fields, got " + row.length);
        }
        for (String field : row) {
            if (field != null && field.indexOf('\0') >= 0) {
                throw new SomaException(file + ": line " + line + ": expected text, got NUL bytes");
            }
        }
    }

    boolean has(String column) {
        return columns.containsKey(column);
    }

    /** The value of a column in this row; empty where the row ends before it. */
    String get(String column) {
        int index = columns.get(column);
        return index < row.length && row[index] != null ? row[index].strip() : "";
    }

    int positive(String column) {
        String text = get(column);
        try {
            int value = Integer.parseInt(text);
            if (value > 0) {
                return value;
            }
            throw expected(column, "a whole number above 0");
        } catch (NumberFormatException e) {
            throw expected(column, "a whole number above 0");
        }
    }

    SomaException expected(String column, String what) {
        return new SomaException(
                file
                        + ": line "
                        + line
                        + ": "
                        + column
                        + ": expected "
                        + what
                        + ", got \""
                        + shortened(get(column))
                        + "\"");
    }

    /** The number of this row's line, the header being 1 (rows of several lines count once). */
    int line() {
        return line;
    }

    private static String shortened(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", " ");
        return plain.length() > 60 ? plain.substring(0, 60) + "..." : plain;
    }
}
