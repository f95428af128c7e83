package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.logging.Level;
import java.util.logging.LogRecord;

class LoggingTest {
    private static LogRecord record(Level level) {
        LogRecord record = new LogRecord(level, "text");
        record.setLoggerName("soma.Test");
        record.setThrown(new IllegalStateException("cause"));
        return record;
    }

    @ParameterizedTest
    @CsvSource({"FINE,text", "INFO,text", "WARNING,warning: text", "SEVERE,error: text"})
    void lineIsTerse(String level, String expected) {
        String line = new Logging.LineFormatter(false).format(record(Level.parse(level)));

        assertEquals(expected + System.lineSeparator(), line);
    }

    @Test
    void verboseLineHasTheLoggerAndTheTrace() {
        String line = new Logging.LineFormatter(true).format(record(Level.WARNING));

        assertTrue(line.contains(" soma.Test warning: text"), line);
        assertTrue(line.contains("\tat "), line);
    }
}
