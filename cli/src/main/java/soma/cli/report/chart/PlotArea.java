package soma.cli.report.chart;

/** The plot's rectangle in pixels and the values at its edges. */
record PlotArea(
        int left,
        int top,
        int width,
        int height,
        double xMin,
        double xMax,
        double yMin,
        double yMax) {
    /** Room for the labels of the axes. */
    static final int LEFT = 64;

    static final int RIGHT = 16;
    private static final int BOTTOM = 46;

    private static final String AXIS = "#444";
    private static final String GRID = "#ddd";

    /** A plot between a chart's legend and its lower edge. */
    static PlotArea below(
            int top, int width, int height, double xMin, double xMax, double yMin, double yMax) {
        int plotHeight = Math.max(20, height - top - BOTTOM);
        return new PlotArea(LEFT, top, width - LEFT - RIGHT, plotHeight, xMin, xMax, yMin, yMax);
    }

    /** About as many ticks as have room for their labels. */
    static AxisTicks xTicks(double min, double max, int width) {
        return AxisTicks.covering(min, max, Math.max(2, width / 110));
    }

    static AxisTicks yTicks(double min, double max, int height) {
        return AxisTicks.covering(min, max, Math.max(2, height / 60));
    }

    double x(double value) {
        return left + width * (value - xMin) / (xMax - xMin);
    }

    double y(double value) {
        return top + height * (1 - (value - yMin) / (yMax - yMin));
    }

    int bottom() {
        return top + height;
    }

    void drawAxes(Svg svg, AxisTicks xTicks, AxisTicks yTicks, String xLabel, String yLabel) {
        for (int i = 0; i < yTicks.count(); i++) {
            double y = y(yTicks.tick(i));
            svg.line(left, y, left + width, y, i == 0 ? AXIS : GRID);
            svg.text(left - 8, y + 4, "end", "", yTicks.label(i));
        }
        for (int i = 0; i < xTicks.count(); i++) {
            double value = xTicks.tick(i);
            double margin = 1e-9 * (xMax - xMin);
            if (value >= xMin - margin && value <= xMax + margin) {
                double x = x(value);
                svg.line(x, bottom(), x, bottom() + 5, AXIS);
                svg.text(x, bottom() + 19, "middle", "", xTicks.label(i));
            }
        }
        svg.text(left + width / 2.0, bottom() + BOTTOM - 8, "middle", "", xLabel);
        double middle = top + height / 2.0;
        svg.text(16, middle, "middle", "transform=\"rotate(-90 16 " + middle + ")\"", yLabel);
    }
}
