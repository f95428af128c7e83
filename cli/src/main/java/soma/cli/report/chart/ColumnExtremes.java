package soma.cli.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Thins out a long line without changing how it looks: of the points that fall on one column of
 * pixels, the first, the last, the lowest and the highest stay (Jugel and others, "M4", VLDB 2014).
 */
final class ColumnExtremes {
    private ColumnExtremes() {}

    /**
     * Indices of the points to draw, ascending; points that aren't finite stay as interruptions.
     */
    static List<Integer> select(double[] x, double[] y, double xMin, double xMax, int columns) {
        List<Integer> selected = new ArrayList<>();
        int i = 0;
        while (i < x.length) {
            if (!Double.isFinite(x[i]) || !Double.isFinite(y[i])) {
                selected.add(i++);
                continue;
            }
            int column = column(x[i], xMin, xMax, columns);
            int lowest = i;
            int highest = i;
            int end = i;
            while (end < x.length
                    && Double.isFinite(x[end])
                    && Double.isFinite(y[end])
                    && column(x[end], xMin, xMax, columns) == column) {
                lowest = y[end] < y[lowest] ? end : lowest;
                highest = y[end] > y[highest] ? end : highest;
                end++;
            }
            selected.addAll(new TreeSet<>(List.of(i, lowest, highest, end - 1)));
            i = end;
        }
        return selected;
    }

    private static int column(double x, double xMin, double xMax, int columns) {
        return (int) Math.floor((x - xMin) / (xMax - xMin) * columns);
    }
}
