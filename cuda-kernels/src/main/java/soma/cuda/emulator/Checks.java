package soma.cuda.emulator;

import java.util.Locale;

/** How much the emulator looks for. */
public enum Checks {
    /** Bounds, alignment, registers that were never set, barriers in divergent code. */
    FAST,

    /** Also memory that was never written, and races. */
    FULL;

    private static final String PROPERTY = "soma.emulator.checks";

    /** The property {@code soma.emulator.checks}, {@code fast} or {@code full}; fast by default. */
    public static Checks ofProperty() {
        return valueOf(System.getProperty(PROPERTY, "fast").toUpperCase(Locale.ROOT));
    }
}
