package soma.cli.report.chart;

import java.util.List;

/**
 * A chart as SVG. Colours can be told apart by colour-blind readers (Okabe and Ito, 2008), and a
 * description in words goes with it for those who can't see it.
 */
public interface Chart {
    /** Above the chart. */
    String title();

    /** What the chart shows, in words, with its figures where they are few. */
    String description();

    /** Draws into the rectangle from (0, 0) to (width, height) in pixels. */
    void draw(Svg svg, int width, int height);

    /** The chart as an SVG document of the given size in pixels. */
    default String toSvg(int width, int height) {
        return stack(List.of(this), width, height);
    }

    /**
     * Several charts below one another as one SVG document, each of the given size in pixels.
     *
     * @throws IllegalArgumentException if they are given less than 200x150 pixels
     */
    static String stack(List<? extends Chart> charts, int width, int heightOfEach) {
        if (width < 200 || heightOfEach < 150) {
            throw new IllegalArgumentException(
                    "Chart: expected at least 200x150 pixels, got " + width + "x" + heightOfEach);
        }
        Svg svg = new Svg(width, heightOfEach * charts.size());
        svg.describe(
                String.join("; ", charts.stream().map(Chart::title).toList()),
                String.join(" ", charts.stream().map(Chart::description).toList()));
        for (int i = 0; i < charts.size(); i++) {
            svg.open(0, i * heightOfEach);
            charts.get(i).draw(svg, width, heightOfEach);
            svg.close();
        }
        return svg.document();
    }
}
