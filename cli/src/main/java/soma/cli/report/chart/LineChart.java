package soma.cli.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line chart: title, axes with round ticks, a legend. Values that aren't finite interrupt a line.
 *
 * @param title above the chart
 * @param xLabel below the horizontal axis
 * @param yLabel beside the vertical axis
 * @param series lines, in the order of the legend
 */
public record LineChart(String title, String xLabel, String yLabel, List<Series> series)
        implements Chart {
    /** Lines of at most so many points show them, each with its values when pointed at. */
    private static final int MARKED_POINTS = 25;

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

        private boolean finite(int i) {
            return Double.isFinite(x[i]) && Double.isFinite(y[i]);
        }

        private String words() {
            int last = x.length - 1;
            return last < 0 || !finite(0) || !finite(last)
                    ? name
                    : name + ": " + point(0) + " to " + point(last);
        }

        private String point(int i) {
            return ShortNumber.of(y[i]) + " at " + ShortNumber.of(x[i]);
        }
    }

    /** Copies the list. */
    public LineChart {
        series = List.copyOf(series);
    }

    /** The axes, and where each line begins and ends. */
    @Override
    public String description() {
        List<String> lines = series.stream().map(Series::words).toList();
        return "Lines of " + yLabel + " against " + xLabel + ". " + String.join("; ", lines) + ".";
    }

    @Override
    public void draw(Svg svg, int width, int height) {
        Legend legend =
                new Legend(
                        series.stream().map(Series::name).toList(),
                        width - PlotArea.LEFT - PlotArea.RIGHT);
        double[] range = range();
        AxisTicks xTicks = PlotArea.xTicks(range[0], range[1], width);
        AxisTicks yTicks = PlotArea.yTicks(range[2], range[3], height);
        PlotArea plot =
                PlotArea.below(
                        legend.bottom(),
                        width,
                        height,
                        range[0] < range[1] ? range[0] : xTicks.low(),
                        range[0] < range[1] ? range[1] : xTicks.high(),
                        yTicks.low(),
                        yTicks.high());
        svg.title(width / 2.0, title);
        legend.draw(svg, PlotArea.LEFT);
        plot.drawAxes(svg, xTicks, yTicks, xLabel, yLabel);
        for (int i = 0; i < series.size(); i++) {
            drawLine(svg, plot, series.get(i), i);
        }
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
                if (line.finite(i)) {
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

    private static void drawLine(Svg svg, PlotArea plot, Series line, int index) {
        StringBuilder path = new StringBuilder();
        List<Integer> points = new ArrayList<>();
        boolean drawing = false;
        for (int i :
                ColumnExtremes.select(line.x, line.y, plot.xMin(), plot.xMax(), plot.width())) {
            if (!line.finite(i)) {
                drawing = false;
                continue;
            }
            path.append(
                    String.format(
                            Locale.ROOT,
                            "%s%.1f %.1f",
                            drawing ? "L" : "M",
                            plot.x(line.x[i]),
                            plot.y(line.y[i])));
            drawing = true;
            points.add(i);
        }
        if (points.size() > 1) {
            svg.curve(path.toString(), Palette.color(index), Palette.dash(index));
        }
        if (points.size() <= MARKED_POINTS) {
            for (int i : points) {
                String note = line.name + ": " + line.point(i);
                svg.dot(plot.x(line.x[i]), plot.y(line.y[i]), 3, Palette.color(index), note);
            }
        }
    }
}
