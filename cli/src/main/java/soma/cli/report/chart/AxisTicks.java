package soma.cli.report.chart;

import java.util.Locale;

/**
 * Round numbers along an axis: steps of 1, 2 or 5 times a power of ten.
 *
 * @param low first tick
 * @param step distance of two ticks
 * @param count number of ticks, at least 2
 */
record AxisTicks(double low, double step, int count) {
    /**
     * About {@code wanted} ticks that cover {@code min} to {@code max}; an empty range is widened.
     */
    static AxisTicks covering(double min, double max, int wanted) {
        double from = min;
        double to = max;
        if (!(to - from > 1e-12 * Math.max(Math.abs(from), Math.abs(to)))) {
            double margin = from == 0 ? 1 : 0.1 * Math.abs(from);
            from -= margin;
            to += margin;
        }
        double raw = (to - from) / Math.max(1, wanted);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double mantissa = raw / power;
        double step = power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
        double first = Math.floor(from / step + 1e-9);
        double last = Math.ceil(to / step - 1e-9);
        return new AxisTicks(first * step, step, (int) (last - first) + 1);
    }

    double high() {
        return tick(count - 1);
    }

    double tick(int i) {
        return low + i * step;
    }

    /** The text of a tick: as many decimals as the step has. */
    String label(int i) {
        double value = tick(i);
        if (Math.abs(value) < 1e-9 * step) {
            return "0";
        }
        double largest = Math.max(Math.abs(low), Math.abs(high()));
        if (largest >= 1e7 || step < 1e-5) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        int decimals = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
