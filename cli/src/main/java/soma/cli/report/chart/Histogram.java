package soma.cli.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A histogram of one or several groups of values, stacked, over equal bins from {@code low} to
 * {@code high}; the last bin includes {@code high}, values outside aren't shown.
 *
 * @param title above the chart
 * @param xLabel below the horizontal axis
 * @param yLabel beside the vertical axis
 * @param low where the first bin starts
 * @param high where the last bin ends
 * @param bins their number
 * @param groups from the bottom up, in the order of the legend
 */
public record Histogram(
        String title,
        String xLabel,
        String yLabel,
        double low,
        double high,
        int bins,
        List<Group> groups)
        implements Chart {
    /**
     * Values that are counted together.
     *
     * @param name in the legend
     * @param values in any order; not to be changed
     */
    public record Group(String name, double[] values) {}

    /** Checks the range and copies the list. */
    public Histogram {
        if (!(low < high) || bins < 1) {
            throw new IllegalArgumentException(
                    "Histogram: expected low < high and 1 or more bins, got "
                            + low
                            + ", "
                            + high
                            + ", "
                            + bins);
        }
        groups = List.copyOf(groups);
    }

    /** Counts the values of each bin. */
    int[] counts(Group group) {
        int[] counts = new int[bins];
        for (double value : group.values) {
            if (value >= low && value <= high) {
                int bin = (int) ((value - low) / (high - low) * bins);
                counts[Math.min(bins - 1, bin)]++;
            }
        }
        return counts;
    }

    /** The number and the median of each group. */
    @Override
    public String description() {
        List<String> words = new ArrayList<>();
        for (Group group : groups) {
            double[] sorted = group.values.clone();
            Arrays.sort(sorted);
            words.add(
                    sorted.length == 0
                            ? group.name + ": none"
                            : group.name
                                    + ": "
                                    + sorted.length
                                    + " values, the middle one "
                                    + ShortNumber.of(sorted[sorted.length / 2]));
        }
        return "Histogram of " + xLabel + ". " + String.join("; ", words) + ".";
    }

    @Override
    public void draw(Svg svg, int width, int height) {
        Legend legend =
                new Legend(
                        groups.stream().map(Group::name).toList(),
                        width - PlotArea.LEFT - PlotArea.RIGHT);
        List<int[]> counts = groups.stream().map(this::counts).toList();
        int highest = 1;
        for (int bin = 0; bin < bins; bin++) {
            int sum = 0;
            for (int[] ofGroup : counts) {
                sum += ofGroup[bin];
            }
            highest = Math.max(highest, sum);
        }
        AxisTicks yTicks = PlotArea.yTicks(0, highest, height);
        PlotArea plot = PlotArea.below(legend.bottom(), width, height, low, high, 0, yTicks.high());
        svg.title(width / 2.0, title);
        legend.draw(svg, PlotArea.LEFT);
        plot.drawAxes(svg, PlotArea.xTicks(low, high, width), yTicks, xLabel, yLabel);
        for (int bin = 0; bin < bins; bin++) {
            drawBin(svg, plot, counts, bin);
        }
    }

    private void drawBin(Svg svg, PlotArea plot, List<int[]> counts, int bin) {
        double from = low + (high - low) * bin / bins;
        double to = low + (high - low) * (bin + 1) / bins;
        int below = 0;
        for (int g = 0; g < counts.size(); g++) {
            int count = counts.get(g)[bin];
            if (count > 0) {
                double top = plot.y(below + count);
                svg.bar(
                        plot.x(from) + 0.5,
                        top,
                        plot.x(to) - plot.x(from) - 1,
                        plot.y(below) - top,
                        Palette.color(g),
                        groups.get(g).name
                                + ", "
                                + ShortNumber.of(from)
                                + " to "
                                + ShortNumber.of(to)
                                + ": "
                                + count);
            }
            below += count;
        }
    }
}
