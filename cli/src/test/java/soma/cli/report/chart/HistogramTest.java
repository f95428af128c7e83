package soma.cli.report.chart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static soma.cli.report.chart.ParsedSvg.number;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import soma.cli.report.chart.Histogram.Group;

import java.util.List;
import java.util.Random;

class HistogramTest {
    private static Histogram of(int bins, Group... groups) {
        return new Histogram("Scores", "score", "detections", 0, 1, bins, List.of(groups));
    }

    @Test
    void countsAsALoopOverTheBinsDoes() {
        Random random = new Random(3);
        double[] values = random.doubles(1000, -0.1, 1.1).toArray();
        Group group = new Group("a", values);
        int[] expected = new int[7];
        for (int bin = 0; bin < 7; bin++) {
            for (double value : values) {
                if (value * 7 >= bin && value * 7 < bin + 1) {
                    expected[bin]++;
                }
            }
        }
        assertArrayEquals(expected, of(7, group).counts(group));
    }

    @Test
    void theEndsBelongToTheFirstAndTheLastBin() {
        Group group = new Group("a", new double[] {0, 0.25, 0.5, 1, 1, -0.001, 1.001, Double.NaN});
        assertArrayEquals(new int[] {1, 1, 1, 2}, of(4, group).counts(group));
    }

    @Test
    void groupsAreStacked() throws Exception {
        Histogram chart =
                of(
                        2,
                        new Group("true", new double[] {0.1, 0.6, 0.7, 0.8}),
                        new Group("false", new double[] {0.2, 0.3, 0.9}));
        Document svg = ParsedSvg.of(chart.toSvg(500, 300));
        List<Element> bars = ParsedSvg.bars(svg);
        assertEquals(
                List.of(
                        "true, 0 to 0.5: 1",
                        "false, 0 to 0.5: 2",
                        "true, 0.5 to 1: 3",
                        "false, 0.5 to 1: 1"),
                bars.stream().map(Element::getTextContent).toList());
        double unit = number(bars.get(0), "height");
        assertEquals(3 * unit, number(bars.get(2), "height"), 0.2);
        // The second group stands on the first.
        double top = number(bars.get(0), "y");
        assertEquals(top, number(bars.get(1), "y") + number(bars.get(1), "height"), 0.2);
        assertTrue(ParsedSvg.texts(svg).containsAll(List.of("Scores", "true", "false", "4")));
    }

    @Test
    void describesItselfInWords() throws Exception {
        Document svg =
                ParsedSvg.of(
                        of(
                                        5,
                                        new Group("true <1>", new double[] {0.9, 0.5, 0.25}),
                                        new Group("false", new double[0]))
                                .toSvg(500, 300));
        assertEquals("Scores", ParsedSvg.elements(svg, "title").getFirst().getTextContent());
        assertEquals(
                "Histogram of score. true <1>: 3 values, the middle one 0.5; false: none.",
                ParsedSvg.elements(svg, "desc").getFirst().getTextContent());
    }

    @Test
    void nothingToCount() throws Exception {
        String svg = of(3, new Group("a", new double[0])).toSvg(300, 200);
        assertEquals(List.of(), ParsedSvg.bars(ParsedSvg.of(svg)));
        assertFalse(svg.contains("NaN"), svg);
        assertThrows(IllegalArgumentException.class, () -> of(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Histogram("t", "x", "y", 1, 1, 3, List.of()));
    }
}
