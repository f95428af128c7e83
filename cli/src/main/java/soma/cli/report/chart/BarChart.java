package soma.cli.report.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Horizontal bars, each with its name on the left and its value written beside it, and where it has
 * one an interval as a whisker.
 *
 * @param title above the chart
 * @param xLabel below the horizontal axis: what the values are
 * @param bars from the top down
 */
public record BarChart(String title, String xLabel, List<Bar> bars) implements Chart {
    private static final int TOP = 34;
    private static final int BOTTOM = 46;
    private static final int ROW = 28;
    private static final int LETTER = 7;

    /** Room right of the plot for the value of the longest bar. */
    private static final int RIGHT = 60;

    private static final String WHISKER = "#222";

    /**
     * One bar.
     *
     * @param name on its left
     * @param value its length; not finite for none
     * @param low where its interval starts; not finite for none
     * @param high where its interval ends; not finite for none
     */
    public record Bar(String name, double value, double low, double high) {
        /** A bar without an interval. */
        public static Bar of(String name, double value) {
            return new Bar(name, value, Double.NaN, Double.NaN);
        }

        private boolean hasInterval() {
            return Double.isFinite(low) && Double.isFinite(high);
        }

        private String words() {
            return !Double.isFinite(value)
                    ? name + ": none"
                    : hasInterval()
                            ? String.format(
                                    Locale.ROOT, "%s: %.3f (%.3f to %.3f)", name, value, low, high)
                            : String.format(Locale.ROOT, "%s: %.3f", name, value);
        }
    }

    /** Copies the list. */
    public BarChart {
        bars = List.copyOf(bars);
    }

    /** The chart as an SVG document that is as high as its bars need. */
    public String toSvg(int width) {
        return toSvg(width, Math.max(150, TOP + BOTTOM + ROW * bars.size()));
    }

    /** All values. */
    @Override
    public String description() {
        return "Bars of "
                + xLabel
                + ". "
                + String.join("; ", bars.stream().map(Bar::words).toList())
                + ".";
    }

    @Override
    public void draw(Svg svg, int width, int height) {
        int longest = bars.stream().mapToInt(bar -> bar.name.length()).max().orElse(0);
        int left = Math.min(width / 2, 20 + LETTER * longest);
        double[] ends =
                bars.stream()
                        .flatMapToDouble(bar -> DoubleStream.of(bar.value, bar.low, bar.high))
                        .filter(Double::isFinite)
                        .toArray();
        double least = Math.min(0, DoubleStream.of(ends).min().orElse(0));
        double most = Math.max(0, DoubleStream.of(ends).max().orElse(1));
        int plotWidth = width - left - RIGHT;
        AxisTicks ticks = PlotArea.xTicks(least, most, plotWidth);
        PlotArea plot =
                new PlotArea(
                        left,
                        TOP,
                        plotWidth,
                        height - TOP - BOTTOM,
                        ticks.low(),
                        ticks.high(),
                        0,
                        Math.max(1, bars.size()));
        svg.title(width / 2.0, title);
        for (int i = 0; i < ticks.count(); i++) {
            double x = plot.x(ticks.tick(i));
            svg.line(x, plot.top(), x, plot.bottom(), "#ddd");
            svg.text(x, plot.bottom() + 17, "middle", "", ticks.label(i));
        }
        svg.text(left + plotWidth / 2.0, height - 8, "middle", "", xLabel);
        double row = (double) plot.height() / Math.max(1, bars.size());
        for (int i = 0; i < bars.size(); i++) {
            drawBar(svg, plot, bars.get(i), plot.top() + row * (i + 0.5), 0.6 * row);
        }
        svg.line(plot.x(0), plot.top(), plot.x(0), plot.bottom(), "#444");
    }

    private void drawBar(Svg svg, PlotArea plot, Bar bar, double middle, double thickness) {
        svg.text(plot.left() - 8, middle + 4, "end", "", shortened(bar.name, plot.left()));
        if (!Double.isFinite(bar.value)) {
            svg.text(plot.x(0) + 6, middle + 4, "start", "", "-");
            return;
        }
        double from = plot.x(Math.min(0, bar.value));
        double to = plot.x(Math.max(0, bar.value));
        svg.bar(from, middle - thickness / 2, to - from, thickness, "#56B4E9", bar.words());
        if (bar.hasInterval()) {
            svg.line(plot.x(bar.low), middle, plot.x(bar.high), middle, WHISKER, 1.5);
            for (double end : new double[] {bar.low, bar.high}) {
                svg.line(plot.x(end), middle - 4, plot.x(end), middle + 4, WHISKER, 1.5);
            }
            to = Math.max(to, plot.x(bar.high));
        }
        String value = String.format(Locale.ROOT, "%.3f", bar.value);
        svg.text(to + 6, middle + 4, "start", "", value);
    }

    /** A name that fits left of the plot; the whole one is in the description. */
    private static String shortened(String name, int left) {
        int letters = Math.max(1, (left - 20) / LETTER);
        return name.length() <= letters ? name : name.substring(0, letters - 1) + "\u2026";
    }
}
