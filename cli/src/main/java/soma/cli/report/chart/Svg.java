package soma.cli.report.chart;

import java.util.Locale;

/** An SVG document in the making; coordinates are pixels, y points down. */
public final class Svg {
    private final StringBuilder text = new StringBuilder(4096);

    /** A white page of a size in pixels. */
    Svg(int width, int height) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                        + " height=\"%d\" role=\"img\" font-family=\"system-ui, Helvetica, Arial,"
                        + " sans-serif\" font-size=\"12\" fill=\"#222\">",
                width, height, width, height);
    }

    /** Names the document for readers who can't see it, and paints it white. */
    void describe(String title, String description) {
        add("<title>%s</title>", escaped(title));
        add("<desc>%s</desc>", escaped(description));
        add("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>");
    }

    /** Moves the origin until {@link #close}. */
    void open(int x, int y) {
        add("<g transform=\"translate(%d %d)\">", x, y);
    }

    void close() {
        add("</g>");
    }

    void line(double x0, double y0, double x1, double y1, String color) {
        line(x0, y0, x1, y1, color, 1);
    }

    void line(double x0, double y0, double x1, double y1, String color, double width) {
        add(
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"%s/>",
                x0,
                y0,
                x1,
                y1,
                color,
                width == 1 ? "" : String.format(Locale.ROOT, " stroke-width=\"%.1f\"", width));
    }

    /** A line through points, {@code data} in the language of SVG's paths. */
    void curve(String data, String color, String dash) {
        add(
                "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\""
                        + " stroke-linejoin=\"round\"%s/>",
                data, color, dashes(dash));
    }

    /** A filled circle, with a note that pointing at it shows unless that is empty. */
    void dot(double x, double y, double radius, String color, String note) {
        add(
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\"%s",
                x, y, radius, color, noted(note, "circle"));
    }

    /** A filled rectangle, with a note that pointing at it shows unless that is empty. */
    void bar(double x, double y, double width, double height, String color, String note) {
        add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"%s",
                x, y, width, height, color, noted(note, "rect"));
    }

    /** A short line as a legend shows it. */
    void sample(double x, double y, String color, String dash) {
        add(
                "<path d=\"M%.0f %.0fh22\" stroke=\"%s\" stroke-width=\"2.5\"%s/>",
                x, y, color, dashes(dash));
    }

    /**
     * Text.
     *
     * @param anchor which part of it is at x: {@code start}, {@code middle} or {@code end}
     * @param attributes more of SVG's attributes, or empty
     */
    void text(double x, double y, String anchor, String attributes, String words) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>",
                x, y, anchor, attributes.isEmpty() ? "" : " " + attributes, escaped(words));
    }

    void title(double x, String words) {
        text(x, 22, "middle", "font-size=\"15\" font-weight=\"600\"", words);
    }

    String document() {
        return text + "</svg>\n";
    }

    private static String noted(String note, String element) {
        return note.isEmpty() ? "/>" : "><title>" + escaped(note) + "</title></" + element + ">";
    }

    private static String dashes(String dash) {
        return dash.isEmpty() ? "" : " stroke-dasharray=\"" + dash + "\"";
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
