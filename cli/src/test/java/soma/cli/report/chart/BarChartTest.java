package soma.cli.report.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static soma.cli.report.chart.ParsedSvg.number;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import soma.cli.report.chart.BarChart.Bar;

import java.util.List;

class BarChartTest {
    private static final double NONE = Double.NaN;

    private static Document svg(Bar... bars) throws Exception {
        return ParsedSvg.of(new BarChart("Variants", "score", List.of(bars)).toSvg(600));
    }

    @Test
    void lengthsAreProportionalAndValuesWritten() throws Exception {
        Document svg = svg(Bar.of("base", 0.2), Bar.of("tta <flip>", 0.4), Bar.of("bad", -0.1));
        List<Element> bars = ParsedSvg.bars(svg);
        double unit = number(bars.get(0), "width");
        assertEquals(2 * unit, number(bars.get(1), "width"), 0.2);
        assertEquals(unit / 2, number(bars.get(2), "width"), 0.2);
        // All start at zero, the negative one ends there.
        double zero = number(bars.get(0), "x");
        assertEquals(zero, number(bars.get(1), "x"), 0.1);
        assertEquals(zero, number(bars.get(2), "x") + number(bars.get(2), "width"), 0.2);
        assertTrue(
                ParsedSvg.texts(svg)
                        .containsAll(List.of("base", "tta <flip>", "0.200", "0.400", "-0.100")));
    }

    @Test
    void anIntervalIsAWhisker() throws Exception {
        Document svg = svg(new Bar("base", 0.5, 0.25, 1));
        Element bar = ParsedSvg.bars(svg).getFirst();
        double zero = number(bar, "x");
        double half = number(bar, "width");
        List<Element> whisker =
                ParsedSvg.elements(svg, "path").stream()
                        .filter(path -> path.hasAttribute("stroke-width"))
                        .toList();
        assertEquals(3, whisker.size());
        String[] ends = whisker.getFirst().getAttribute("d").split("[ML ]");
        assertEquals(zero + half / 2, Double.parseDouble(ends[1]), 0.2);
        assertEquals(zero + 2 * half, Double.parseDouble(ends[3]), 0.2);
        assertEquals("base: 0.500 (0.250 to 1.000)", bar.getTextContent());
        assertEquals(
                "Bars of score. base: 0.500 (0.250 to 1.000).",
                ParsedSvg.elements(svg, "desc").getFirst().getTextContent());
    }

    @Test
    void itIsAsHighAsItsBarsNeed() throws Exception {
        Bar[] many = new Bar[40];
        for (int i = 0; i < many.length; i++) {
            many[i] = Bar.of("v" + i, i);
        }
        assertEquals("1200", svg(many).getDocumentElement().getAttribute("height"));
        assertEquals("150", svg(many[0]).getDocumentElement().getAttribute("height"));
    }

    @Test
    void noBarsNoValuesAndLongNames() throws Exception {
        String empty = new BarChart("t", "x", List.of()).toSvg(300);
        assertFalse(empty.contains("NaN"), empty);
        String name = "a".repeat(200);
        Document svg = svg(Bar.of(name, NONE), Bar.of("zero", 0));
        assertEquals(1, ParsedSvg.bars(svg).size());
        assertTrue(ParsedSvg.texts(svg).contains("-"));
        assertFalse(ParsedSvg.texts(svg).contains(name));
        assertTrue(ParsedSvg.elements(svg, "desc").getFirst().getTextContent().contains(name));
    }
}
