package soma.maskrcnn.draw;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line chart as SVG: title, axes with round ticks, a legend, colours that colour-blind readers
 * can tell apart (Okabe and Ito, 2008). Values that aren't finite interrupt a line.
 *
 * @param title above the chart
 * @param xLabel below the horizontal axis
 * @param yLabel beside the vertical axis
 * @param series lines, in the order of the legend
 */
public record LineChart(String title, String xLabel, String yLabel, List<Series> series) {
    /**
     * One line.
     *
     * @param name in the legend
     * @param x positions, ascending
     * @param y values, as many
     */
    public record Series(String name, double[] x, double[] y) {
        /** Checks the lengths. */
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "Series: expected as many x as y, got " + x.length + " and " + y.length);
            }
        }
    }

    private static final String[] COLORS = {
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8A8A00"
    };
    private static final String[] DASHES = {"", "6 3", "2 2"};

    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 36;
    private static final int BOTTOM = 46;
    private static final int LEGEND_ROW = 18;
    private static final int LETTER = 7;

    /** Copies the list. */
    public LineChart {
        series = List.copyOf(series);
    }

    /** The chart as an SVG document of the given size in pixels. */
    public String toSvg(int width, int height) {
        return stack(List.of(this), width, height);
    }

    /** Several charts below one another as one SVG document, each of the given size in pixels. */
    public static String stack(List<LineChart> charts, int width, int heightOfEach) {
        if (width < 200 || heightOfEach < 150) {
            throw new IllegalArgumentException(
                    "LineChart: expected at least 200x150 pixels, got "
                            + width
                            + "x"
                            + heightOfEach);
        }
        int height = heightOfEach * charts.size();
        StringBuilder svg = new StringBuilder(4096);
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                            + " width=\"%d\" height=\"%d\" role=\"img\" font-family=\"system-ui,"
                            + " Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#222\">%n",
                        width,
                        height,
                        width,
                        height));
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n",
                        width,
                        height));
        for (int i = 0; i < charts.size(); i++) {
            svg.append(
                    String.format(
                            Locale.ROOT, "<g transform=\"translate(0 %d)\">%n", i * heightOfEach));
            charts.get(i).append(svg, width, heightOfEach);
            svg.append("</g>\n");
        }
        return svg.append("</svg>\n").toString().replace("\r\n", "\n");
    }

    private void append(StringBuilder svg, int width, int height) {
        List<List<Integer>> legend = legendRows(width - LEFT - RIGHT);
        int top = TOP + legend.size() * LEGEND_ROW;
        double[] range = range();
        AxisTicks xTicks = AxisTicks.covering(range[0], range[1], Math.max(2, width / 110));
        AxisTicks yTicks = AxisTicks.covering(range[2], range[3], Math.max(2, height / 60));
        Plot plot =
                new Plot(
                        LEFT,
                        top,
                        width - LEFT - RIGHT,
                        Math.max(20, height - top - BOTTOM),
                        range[0] < range[1] ? range[0] : xTicks.low(),
                        range[0] < range[1] ? range[1] : xTicks.high(),
                        yTicks.low(),
                        yTicks.high());
        text(svg, width / 2.0, 22, "middle", "font-size=\"15\" font-weight=\"600\"", title);
        appendLegend(svg, legend);
        appendAxes(svg, plot, xTicks, yTicks);
        for (int i = 0; i < series.size(); i++) {
            appendLine(svg, plot, series.get(i), i);
        }
        text(svg, plot.left + plot.width / 2.0, height - 8, "middle", "", xLabel);
        double middle = plot.top + plot.height / 2.0;
        String turned = String.format(Locale.ROOT, "transform=\"rotate(-90 16 %.1f)\"", middle);
        text(svg, 16, middle, "middle", turned, yLabel);
    }

    /**
     * Least and largest finite x, least and largest finite y; y reaches down to 0 when that is
     * near.
     */
    private double[] range() {
        double[] range = {
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY
        };
        for (Series line : series) {
            for (int i = 0; i < line.x.length; i++) {
                if (Double.isFinite(line.x[i]) && Double.isFinite(line.y[i])) {
                    range[0] = Math.min(range[0], line.x[i]);
                    range[1] = Math.max(range[1], line.x[i]);
                    range[2] = Math.min(range[2], line.y[i]);
                    range[3] = Math.max(range[3], line.y[i]);
                }
            }
        }
        if (range[0] > range[1]) {
            return new double[] {0, 1, 0, 1};
        }
        if (range[2] > 0 && range[2] < 0.6 * range[3]) {
            range[2] = 0;
        }
        return range;
    }

    private void appendAxes(StringBuilder svg, Plot plot, AxisTicks xTicks, AxisTicks yTicks) {
        int bottom = plot.top + plot.height;
        for (int i = 0; i < yTicks.count(); i++) {
            double y = plot.y(yTicks.tick(i));
            line(svg, plot.left, y, plot.left + plot.width, y, i == 0 ? "#444" : "#ddd");
            text(svg, plot.left - 8, y + 4, "end", "", yTicks.label(i));
        }
        for (int i = 0; i < xTicks.count(); i++) {
            double value = xTicks.tick(i);
            double margin = 1e-9 * (plot.xMax - plot.xMin);
            if (value >= plot.xMin - margin && value <= plot.xMax + margin) {
                double x = plot.x(value);
                line(svg, x, bottom, x, bottom + 5, "#444");
                text(svg, x, bottom + 19, "middle", "", xTicks.label(i));
            }
        }
    }

    private static void appendLine(StringBuilder svg, Plot plot, Series line, int index) {
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        int points = 0;
        double lastX = 0;
        double lastY = 0;
        for (int i : ColumnExtremes.select(line.x, line.y, plot.xMin, plot.xMax, plot.width)) {
            if (!Double.isFinite(line.x[i]) || !Double.isFinite(line.y[i])) {
                drawing = false;
                continue;
            }
            lastX = plot.x(line.x[i]);
            lastY = plot.y(line.y[i]);
            path.append(
                    String.format(Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", lastX, lastY));
            drawing = true;
            points++;
        }
        String color = color(index);
        if (points == 1) {
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                            lastX,
                            lastY,
                            color));
        } else if (points > 1) {
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\""
                                    + " stroke-linejoin=\"round\"%s/>%n",
                            path,
                            color,
                            dash(index)));
        }
    }

    /** The series of each row of the legend. */
    private List<List<Integer>> legendRows(int width) {
        List<List<Integer>> rows = new ArrayList<>();
        int x = width + 1;
        for (int i = 0; i < series.size(); i++) {
            int wanted = legendWidth(i);
            if (x + wanted > width) {
                rows.add(new ArrayList<>());
                x = 0;
            }
            rows.getLast().add(i);
            x += wanted;
        }
        return rows;
    }

    private int legendWidth(int index) {
        return 44 + LETTER * series.get(index).name.length();
    }

    private void appendLegend(StringBuilder svg, List<List<Integer>> rows) {
        for (int row = 0; row < rows.size(); row++) {
            int y = TOP + row * LEGEND_ROW;
            int x = LEFT;
            for (int i : rows.get(row)) {
                svg.append(
                        String.format(
                                Locale.ROOT,
                                "<path d=\"M%d %dh22\" stroke=\"%s\" stroke-width=\"2.5\"%s/>%n",
                                x,
                                y,
                                color(i),
                                dash(i)));
                text(svg, x + 28, y + 4, "start", "", series.get(i).name);
                x += legendWidth(i);
            }
        }
    }

    private static String color(int index) {
        return COLORS[index % COLORS.length];
    }

    private static String dash(int index) {
        String dash = DASHES[index / COLORS.length % DASHES.length];
        return dash.isEmpty() ? "" : " stroke-dasharray=\"" + dash + "\"";
    }

    private static void line(
            StringBuilder svg, double x0, double y0, double x1, double y1, String color) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"/>%n",
                        x0,
                        y0,
                        x1,
                        y1,
                        color));
    }

    private static void text(
            StringBuilder svg, double x, double y, String anchor, String extra, String text) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n",
                        x,
                        y,
                        anchor,
                        extra.isEmpty() ? "" : " " + extra,
                        escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The plot's rectangle in pixels and the values at its edges. */
    private record Plot(
            int left,
            int top,
            int width,
            int height,
            double xMin,
            double xMax,
            double yMin,
            double yMax) {
        double x(double value) {
            return left + width * (value - xMin) / (xMax - xMin);
        }

        double y(double value) {
            return top + height * (1 - (value - yMin) / (yMax - yMin));
        }
    }
}
