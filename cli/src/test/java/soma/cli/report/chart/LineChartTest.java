package soma.cli.report.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

import soma.cli.report.chart.LineChart.Series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class LineChartTest {
    @Test
    void wellFormedWithTitleLabelsAndLegend() throws Exception {
        LineChart chart =
                new LineChart(
                        "Loss <&> rate",
                        "iteration",
                        "loss",
                        List.of(
                                new Series("total", new double[] {0, 1, 2}, new double[] {3, 2, 1}),
                                new Series("mask", new double[] {0, 2}, new double[] {1, 0.5})));
        Document svg = ParsedSvg.of(chart.toSvg(640, 320));
        List<String> texts = ParsedSvg.texts(svg);
        assertTrue(
                texts.containsAll(List.of("Loss <&> rate", "iteration", "loss", "total", "mask")));
        assertTrue(texts.containsAll(List.of("0", "1", "2", "3")));
        List<String> lines = lines(svg);
        assertEquals(2, lines.size());
        assertEquals(3, numbersOf(lines.get(0)).size() / 2);
    }

    @Test
    void pointsLieWhereTheAxesSay() throws Exception {
        LineChart chart =
                new LineChart(
                        "t",
                        "x",
                        "y",
                        List.of(new Series("a", new double[] {0, 10}, new double[] {0, 4})));
        List<Double> numbers = numbersOf(lines(ParsedSvg.of(chart.toSvg(400, 300))).getFirst());
        // Left edge at 64, right edge at 400 - 16; bottom at 300 - 46, top below title and legend.
        assertEquals(List.of(64.0, 254.0, 384.0, 54.0), numbers);
    }

    @Test
    void valuesThatAreNotFiniteInterruptTheLine() throws Exception {
        double[] y = {1, 2, Double.NaN, 3, Double.POSITIVE_INFINITY, 4, 5};
        double[] x = {0, 1, 2, 3, 4, 5, 6};
        LineChart chart = new LineChart("t", "x", "y", List.of(new Series("a", x, y)));
        String svg = chart.toSvg(400, 300);
        String line = lines(ParsedSvg.of(svg)).getFirst();
        assertEquals(3, line.chars().filter(c -> c == 'M').count());
        assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
    }

    @Test
    void nothingOnePointAndConstants() throws Exception {
        double[] none = {};
        double[] one = {7};
        double[] nan = {Double.NaN};
        for (Series series :
                List.of(
                        new Series("none", none, none),
                        new Series("nan", one, nan),
                        new Series("one", one, one),
                        new Series("flat", new double[] {1, 2}, new double[] {5, 5}))) {
            String svg = new LineChart("t", "x", "y", List.of(series)).toSvg(300, 200);
            ParsedSvg.of(svg);
            assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
        }
        String empty = new LineChart("t", "x", "y", List.of()).toSvg(300, 200);
        assertTrue(ParsedSvg.texts(ParsedSvg.of(empty)).contains("t"));
        assertTrue(
                new LineChart("t", "x", "y", List.of(new Series("one", one, one)))
                        .toSvg(300, 200)
                        .contains("<circle"));
    }

    @Test
    void longLinesAreThinnedOutButKeepTheirExtremes() throws Exception {
        int count = 200_000;
        double[] x = new double[count];
        double[] y = new double[count];
        for (int i = 0; i < count; i++) {
            x[i] = i;
            y[i] = Math.sin(i * 0.37);
        }
        y[123_456] = 9;
        LineChart chart = new LineChart("t", "x", "y", List.of(new Series("a", x, y)));
        String svg = chart.toSvg(700, 300);
        assertTrue(svg.length() < 60_000, "length " + svg.length());
        List<Double> numbers = numbersOf(lines(ParsedSvg.of(svg)).getFirst());
        double highest = Double.MAX_VALUE;
        for (int i = 1; i < numbers.size(); i += 2) {
            highest = Math.min(highest, numbers.get(i));
        }
        assertTrue(highest < 80, "the peak is gone: " + highest);
    }

    @Test
    void chartsAreStacked() throws Exception {
        LineChart chart =
                new LineChart(
                        "t",
                        "x",
                        "y",
                        List.of(new Series("a", new double[] {0}, new double[] {1})));
        Document svg = ParsedSvg.of(Chart.stack(List.of(chart, chart, chart), 400, 200));
        assertEquals("600", svg.getDocumentElement().getAttribute("height"));
        assertEquals(3, svg.getElementsByTagName("g").getLength());
    }

    @Test
    void manySeriesWrapTheLegendAndStayDistinct() throws Exception {
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            series.add(new Series("a long name " + i, new double[] {0, 1}, new double[] {i, i}));
        }
        Document svg = ParsedSvg.of(new LineChart("t", "x", "y", series).toSvg(500, 400));
        NodeList paths = svg.getElementsByTagName("path");
        List<String> styles = new ArrayList<>();
        for (int i = 0; i < paths.getLength(); i++) {
            var attributes = paths.item(i).getAttributes();
            if (attributes.getNamedItem("fill") != null) {
                var dash = attributes.getNamedItem("stroke-dasharray");
                styles.add(attributes.getNamedItem("stroke").getNodeValue() + dash);
            }
        }
        assertEquals(12, styles.stream().distinct().count());
    }

    @Test
    void theLanguageOfTheMachineDoesNotMatter() {
        LineChart chart =
                new LineChart(
                        "t",
                        "x",
                        "y",
                        List.of(new Series("a", new double[] {0, 1}, new double[] {0, 0.25})));
        Locale before = Locale.getDefault();
        String expected = chart.toSvg(400, 300);
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals(expected, chart.toSvg(400, 300));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void lengthsMustAgree() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Series("a", new double[2], new double[3]));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 5, '0 0.2 0.4 0.6 0.8 1.0'",
        "0, 4.1, 5, '0 1 2 3 4 5'",
        "-3, 12, 4, '-5 0 5 10 15'",
        "0.0012, 0.0031, 4, '0.0010 0.0015 0.0020 0.0025 0.0030 0.0035'",
        "0, 90000, 5, '0 20000 40000 60000 80000 100000'",
        "5, 5, 3, '4.5 5.0 5.5'",
    })
    void ticksAreRound(double min, double max, int wanted, String expected) {
        AxisTicks ticks = AxisTicks.covering(min, max, wanted);
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < ticks.count(); i++) {
            labels.add(ticks.label(i));
        }
        assertEquals(Arrays.asList(expected.split(" ")), labels);
        assertTrue(ticks.low() <= min && ticks.high() >= max);
    }

    /** The path data of the series; other paths have no fill attribute. */
    private static List<String> lines(Document svg) {
        List<String> lines = new ArrayList<>();
        NodeList nodes = svg.getElementsByTagName("path");
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i).getAttributes().getNamedItem("fill") != null) {
                lines.add(nodes.item(i).getAttributes().getNamedItem("d").getNodeValue());
            }
        }
        return lines;
    }

    private static List<Double> numbersOf(String path) {
        List<Double> numbers = new ArrayList<>();
        Matcher matcher = Pattern.compile("-?[0-9.]+").matcher(path);
        while (matcher.find()) {
            numbers.add(Double.valueOf(matcher.group()));
        }
        return numbers;
    }
}
