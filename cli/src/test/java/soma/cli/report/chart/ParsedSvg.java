package soma.cli.report.chart;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

/** SVG as a reader of XML sees it. */
final class ParsedSvg {
    private ParsedSvg() {}

    /** Fails when it isn't well-formed. */
    static Document of(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
    }

    static List<Element> elements(Document svg, String tag) {
        List<Element> elements = new ArrayList<>();
        NodeList nodes = svg.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    static List<String> texts(Document svg) {
        return elements(svg, "text").stream().map(Element::getTextContent).toList();
    }

    /** Rectangles that say what they are, bars that is, in order. */
    static List<Element> bars(Document svg) {
        return elements(svg, "rect").stream().filter(Element::hasChildNodes).toList();
    }

    static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }
}
