package soma.cli.report.chart;

/** Colours that colour-blind readers can tell apart (Okabe and Ito, 2008), and dashes for more. */
final class Palette {
    private static final String[] COLORS = {
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8A8A00"
    };
    private static final String[] DASHES = {"", "6 3", "2 2"};

    private Palette() {}

    static String color(int index) {
        return COLORS[index % COLORS.length];
    }

    /** SVG's {@code stroke-dasharray}; empty for the first round of the colours. */
    static String dash(int index) {
        return DASHES[index / COLORS.length % DASHES.length];
    }
}
