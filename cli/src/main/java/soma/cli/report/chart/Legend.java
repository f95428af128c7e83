package soma.cli.report.chart;

import java.util.ArrayList;
import java.util.List;

/** The names of a chart's series below its title, in as many rows as they need. */
final class Legend {
    private static final int TOP = 36;
    private static final int ROW = 18;
    private static final int LETTER = 7;

    private final List<String> names;
    private final List<List<Integer>> rows = new ArrayList<>();

    Legend(List<String> names, int width) {
        this.names = names;
        int x = width + 1;
        for (int i = 0; i < names.size(); i++) {
            if (x + width(i) > width) {
                rows.add(new ArrayList<>());
                x = 0;
            }
            rows.getLast().add(i);
            x += width(i);
        }
    }

    /** The first pixel below. */
    int bottom() {
        return TOP + rows.size() * ROW;
    }

    void draw(Svg svg, int left) {
        for (int row = 0; row < rows.size(); row++) {
            int y = TOP + row * ROW;
            int x = left;
            for (int i : rows.get(row)) {
                svg.sample(x, y, Palette.color(i), Palette.dash(i));
                svg.text(x + 28, y + 4, "start", "", names.get(i));
                x += width(i);
            }
        }
    }

    private int width(int index) {
        return 44 + LETTER * names.get(index).length();
    }
}
