package soma.maskrcnn.data;

/** Spells values for CSV files (RFC 4180). */
final class CsvText {
    private CsvText() {}

    /**
     * Returns {@code value}, quoted when it holds a comma, a quote, a line end or an outer space.
     */
    static String field(String value) {
        boolean plain =
                value.equals(value.strip())
                        && value.chars()
                                .noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }
}
