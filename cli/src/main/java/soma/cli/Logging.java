package soma.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends what the modules log through SLF4J to stderr, tersely. */
final class Logging {
    /** Held, since java.util.logging forgets the levels of loggers that nobody refers to. */
    private static final Logger SOMA = Logger.getLogger("soma");

    private Logging() {}

    /** Sets the level by {@code --quiet} and {@code --verbose}; a later call replaces it. */
    static void configure(CommonOptions options) {
        Level level = options.verbose() ? Level.FINE : options.quiet() ? Level.WARNING : Level.INFO;
        LogManager.getLogManager().reset();
        ConsoleHandler handler = new ConsoleHandler();
        handler.setLevel(Level.ALL);
        handler.setFormatter(new LineFormatter(options.verbose()));
        Logger.getLogger("").addHandler(handler);
        // Libraries may only warn; their details are noise even to who asks for ours.
        Logger.getLogger("").setLevel(Level.WARNING);
        SOMA.setLevel(level);
    }

    /** {@code message}, with {@code warning: } before it where it is one. */
    static final class LineFormatter extends Formatter {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("HH:mm:ss.SSS ", Locale.ROOT);

        private final boolean verbose;

        LineFormatter(boolean verbose) {
            this.verbose = verbose;
        }

        @Override
        public String format(LogRecord record) {
            StringBuilder line = new StringBuilder();
            if (verbose) {
                line.append(
                        TIME.format(
                                LocalTime.ofInstant(record.getInstant(), ZoneId.systemDefault())));
                line.append(record.getLoggerName()).append(' ');
            }
            if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                line.append("error: ");
            } else if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
                line.append("warning: ");
            }
            line.append(formatMessage(record)).append(System.lineSeparator());
            if (verbose && record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace, true));
                line.append(trace);
            }
            return line.toString();
        }
    }
}
