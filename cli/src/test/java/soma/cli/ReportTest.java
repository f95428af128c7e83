package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.draw.Outcome;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.structures.Rle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;

/** {@code report.html} of {@code eval --report} and {@code show --pred}, read back. */
class ReportTest {
    private static final int SIDE = 40;
    private static final String ODD_CLASS = "a<b> & \"c\"";

    @TempDir Path folder;

    private static Rle box(int x, int y) {
        return Rle.box(SIDE, SIDE, x, y, x + 10, y + 10);
    }

    /** Two images, one in a folder; the second class has an object, the third none. */
    private Path data() throws IOException {
        for (String name : List.of("one.png", "sub/two.png")) {
            Files.createDirectories(folder.resolve(name).getParent());
            byte[] gray = new byte[SIDE * SIDE];
            Arrays.fill(gray, (byte) 100);
            PngWriter.write(folder.resolve(name), new Image8(SIDE, SIDE, 1, gray));
        }
        String json =
                """
                {"images": [
                  {"id": "one", "file_name": "one.png", "height": 40, "width": 40},
                  {"id": "sub/two<2>", "file_name": "sub/two.png", "height": 40, "width": 40}],
                 "categories": [{"id": 1, "name": "cort"}, {"id": 2, "name": %s}, {"id": 3, "name": "none"}],
                 "annotations": [%s, %s, %s]}
                """
                        .formatted(
                                new ObjectMapper().writeValueAsString(ODD_CLASS),
                                annotation(1, "one", 1, box(2, 2)),
                                annotation(2, "one", 1, box(20, 20)),
                                annotation(3, "sub/two<2>", 2, box(5, 5)));
        return Files.writeString(folder.resolve("data.json"), json);
    }

    private static String annotation(int id, String image, int category, Rle mask) {
        double[] b = mask.bbox();
        return """
        {"id": %d, "image_id": "%s", "category_id": %d, "iscrowd": 0, "area": %d, "bbox": [%s, %s, %s, %s],
         "segmentation": {"size": [40, 40], "counts": "%s"}}\
        """
                .formatted(
                        id,
                        image,
                        category,
                        mask.area(),
                        b[0],
                        b[1],
                        b[2],
                        b[3],
                        mask.toCocoString().replace("\\", "\\\\"));
    }

    /** One right, one in the wrong place, one of the wrong class. */
    private Path results() {
        Path file = folder.resolve("results.json");
        new CocoResults(
                        List.of(
                                prediction("one", 1, 0.9, box(2, 3)),
                                prediction("one", 1, 0.3, box(20, 2)),
                                prediction("sub/two<2>", 1, 0.62, box(5, 5))),
                        false)
                .write(file);
        return file;
    }

    private static Prediction prediction(String image, long category, double score, Rle mask) {
        return new Prediction(image, category, score, mask.bbox(), mask);
    }

    /** The page as XML, which it is beside being HTML; whatever it names lies within itself. */
    private static Document page(Path file) throws Exception {
        String html = Files.readString(file);
        assertFalse(html.contains("{{"), "a place of the template is left");
        String bare =
                html.replace("http://www.w3.org/2000/svg", "")
                        .replaceAll("base64,[A-Za-z0-9+/=]*", "base64,");
        for (String outside : List.of("http:", "https:", "url(", "@import", "<script", "<link")) {
            assertFalse(bare.contains(outside), outside);
        }
        assertFalse(bare.matches("(?s).*(src|href|srcset)=\"(?!data:).*"), "needs other files");
        assertFalse(bare.contains("NaN") || bare.contains("Infinity"), "a number is none");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html)));
    }

    private static List<Element> elements(Document page, String tag) {
        NodeList nodes = page.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    /** The rows of the table whose first heading is {@code name}, by their first cell. */
    private static Map<String, List<String>> table(Document page, String name) {
        for (Element table : elements(page, "table")) {
            Map<String, List<String>> rows = new LinkedHashMap<>();
            NodeList all = table.getElementsByTagName("tr");
            for (int r = 0; r < all.getLength(); r++) {
                List<String> cells = new ArrayList<>();
                for (var n = all.item(r).getFirstChild(); n != null; n = n.getNextSibling()) {
                    cells.add(n.getTextContent());
                }
                rows.put(cells.getFirst(), cells.subList(1, cells.size()));
            }
            if (rows.containsKey(name)) {
                return rows;
            }
        }
        throw new AssertionError("no table " + name);
    }

    private static String text(double value) {
        return value < 0 ? "-" : FixedPoint.format(value, 4);
    }

    @Test
    void figuresAreTheEvaluations() throws Exception {
        Path json = folder.resolve("scores.json");
        Path file = folder.resolve("report.html");
        CommandLineRun.output(
                "eval", "--gt", data(), "--pred", results(), "--json", json, "--report", file);

        JsonNode scores = new ObjectMapper().readTree(json.toFile());
        Document page = page(file);
        Map<String, List<String>> spread = table(page, "Competition score");
        assertEquals(
                text(scores.at("/sartorius/score").asDouble()),
                spread.get("mean of the images").getFirst());
        assertEquals(text(1), spread.get("highest image").getFirst());
        Map<String, List<String>> coco = table(page, "COCO");
        for (Map.Entry<String, List<String>> row : coco.entrySet()) {
            if (!row.getKey().equals("COCO")) {
                List<String> expected =
                        List.of(
                                text(scores.at("/coco/bbox/" + row.getKey()).asDouble()),
                                text(scores.at("/coco/segm/" + row.getKey()).asDouble()));
                assertEquals(expected, row.getValue(), row.getKey());
            }
        }
        assertEquals(13, coco.size());
        Map<String, List<String>> thresholds = table(page, "IoU above");
        for (int k = 0; k < 10; k++) {
            assertEquals(
                    text(scores.at("/sartorius/per_threshold/" + k).asDouble()),
                    thresholds.get(FixedPoint.format((10 + k) / 20.0, 2)).getFirst());
        }
        // At 0.5: of all 2 of 4; of cort 1 of 4, of the odd class 0 of 1, of the last none at all.
        assertEquals(
                List.of(text(2.0 / 3), text(0.5), text(0.25), text(0), "-"),
                thresholds.get("0.50"));
        Map<String, List<String>> images = table(page, "Image");
        scores.at("/sartorius/per_image")
                .properties()
                .forEach(
                        image ->
                                assertEquals(
                                        text(image.getValue().asDouble()),
                                        images.get(image.getKey()).getLast()));
        assertEquals(List.of("one", "sub/two<2>"), List.copyOf(images.keySet()).subList(1, 3));
        assertEquals(List.of("cort", "2", "2", "1", "1", "1", text(7 / 30.0)), images.get("one"));
        Map<String, List<String>> classes = table(page, "Class");
        assertEquals(
                List.of("1", "2", "3", "1", "2", "1", text(0.25)),
                classes.get("cort").subList(0, 7));
        assertEquals(
                List.of("1", "1", "0", "0", "0", "1", text(0)),
                classes.get(ODD_CLASS).subList(0, 7));
        assertEquals(
                text(scores.at("/coco/segm/per_class/cort").asDouble()),
                classes.get("cort").get(7));
        assertEquals(
                List.of("0", "0", "0", "0", "0", "0", "-", "-", "-", "-", "-", "-"),
                classes.get("none"));
        assertEquals(List.of("100", "100"), classes.get("cort").subList(10, 12));
        List<String> bars = elements(page, "rect").stream().map(Element::getTextContent).toList();
        assertTrue(bars.contains("true: 2, 0.9 to 0.95: 1"), bars.toString());
        assertTrue(bars.contains("false: 1, 0.3 to 0.35: 1"), bars.toString());
    }

    @Test
    void theWorstImageComesFirstAndPicturesAreInThePage() throws Exception {
        Path file = folder.resolve("report.html");
        CommandLineRun.output(
                "eval", "--gt", data(), "--pred", results(), "--report", file, "--worst", "1");

        List<Element> images = elements(page(file), "img");
        assertEquals(1, images.size());
        String alt = images.getFirst().getAttribute("alt");
        assertTrue(alt.startsWith("one (cort): 1 true, 1 false, 1 missed; score 0."), alt);
        String source = images.getFirst().getAttribute("src");
        assertTrue(source.startsWith("data:image/jpeg;base64,"));
        byte[] jpeg = Base64.getDecoder().decode(source.substring(source.indexOf(',') + 1));
        var picture = ImageIO.read(new ByteArrayInputStream(jpeg));
        assertEquals(2 * 4 * SIDE + 8, picture.getWidth());
        assertEquals(4 * SIDE, picture.getHeight());
    }

    @Test
    void everyChartHasWords() throws Exception {
        Path file = folder.resolve("report.html");
        CommandLineRun.output("eval", "--gt", data(), "--pred", results(), "--report", file);
        List<Element> charts = elements(page(file), "svg");
        // Images, classes, precision, and scores over all and of three classes.
        assertEquals(7, charts.size());
        for (Element chart : charts) {
            assertEquals("img", chart.getAttribute("role"));
            for (String tag : List.of("title", "desc")) {
                String words = chart.getElementsByTagName(tag).item(0).getTextContent();
                assertFalse(words.isBlank());
            }
        }
    }

    @Test
    void showDrawsWhatIsTrueFalseAndMissed() throws Exception {
        Path out = folder.resolve("look");
        CommandLineRun.output("show", "--data", data(), "--pred", results(), "--out", out);

        page(out.resolve("report.html"));
        Image8 drawn = ImageReader.readBgr(out.resolve("overlays/one.png"));
        int scale = drawn.height() / SIDE;
        int right = SIDE * scale + 8;
        // The left edges of the objects, in their middle.
        assertColor(Outcome.TRUE, drawn, 7 * scale, 2 * scale);
        assertColor(Outcome.MISSED, drawn, 25 * scale, 20 * scale);
        assertColor(Outcome.TRUE, drawn, 8 * scale, right + 2 * scale);
        assertColor(Outcome.FALSE, drawn, 7 * scale, right + 20 * scale);
        assertTrue(Files.exists(out.resolve("overlays/sub_two<2>.png")));

        // 9/11 of the first pair is common.
        Path strict = folder.resolve("strict");
        CommandLineRun.output(
                "show", "--data", data(), "--pred", results(), "--out", strict, "--iou", "0.82");
        Image8 strictly = ImageReader.readBgr(strict.resolve("overlays/one.png"));
        assertColor(Outcome.MISSED, strictly, 7 * scale, 2 * scale);
        assertColor(Outcome.FALSE, strictly, 8 * scale, right + 2 * scale);
    }

    private static void assertColor(Outcome outcome, Image8 drawn, int y, int x) {
        int rgb = drawn.sample(y, x, 0) | drawn.sample(y, x, 1) << 8 | drawn.sample(y, x, 2) << 16;
        // A box is drawn over the contour and mixed with it.
        for (int c = 0; c < 24; c += 8) {
            assertEquals(outcome.rgb() >> c & 0xff, rgb >> c & 0xff, 2, outcome + " at " + x);
        }
    }

    @Test
    void aSubmissionHasNeitherClassesNorScores() throws Exception {
        Path submission = folder.resolve("submission.csv");
        new Submission(
                        Map.of("one", List.of(box(2, 3), box(20, 2)), "sub/two<2>", List.of()),
                        Set.of())
                .write(submission);
        Path file = folder.resolve("report.html");
        CommandLineRun.output("eval", "--gt", data(), "--pred", submission, "--report", file);

        Document page = page(file);
        assertEquals(
                List.of("1", "2", "-", "1", "-", "1", "-", "-", "-"),
                table(page, "Class").get("cort").subList(0, 9));
        String text = page.getDocumentElement().getTextContent();
        assertTrue(text.contains("These predictions have no scores."));
        assertTrue(text.contains("COCO's figures need classes and scores"));
    }

    @Test
    void nothingPredicted() throws Exception {
        Path none = Files.writeString(folder.resolve("none.json"), "[]");
        Path out = folder.resolve("look");
        CommandLineRun.output("show", "--data", data(), "--pred", none, "--out", out);

        Document page = page(out.resolve("report.html"));
        assertTrue(
                page.getDocumentElement().getTextContent().contains("There are no predictions."));
        assertEquals(
                List.of("cort", "2", "0", "0", "0", "2", text(0)), table(page, "Image").get("one"));
        assertEquals(
                List.of("0.0000 to 0.0000"),
                table(page, "Competition score")
                        .get("95 % interval of the mean (bootstrap over images)"));
    }

    @Test
    void oneImageWithoutObjects() throws Exception {
        data();
        Path one =
                Files.writeString(
                        folder.resolve("single.json"),
                        """
                        {"images": [{"id": "one", "file_name": "one.png", "height": 40, "width": 40}],
                         "categories": [{"id": 1, "name": "cort"}], "annotations": []}
                        """);
        Path none = Files.writeString(folder.resolve("none.json"), "[]");
        Path file = folder.resolve("report.html");
        CommandLineRun.output("eval", "--gt", one, "--pred", none, "--report", file);

        Document page = page(file);
        assertEquals(
                text(1), table(page, "Competition score").get("mean of the images").getFirst());
        assertEquals(
                List.of("no objects", "0", "0", "0", "0", "0", text(1)),
                table(page, "Image").get("one"));
        assertEquals(List.of(text(1), "-"), table(page, "IoU above").get("0.50"));
    }

    @Test
    void boxesAloneAreDrawnWithoutAReport() throws Exception {
        Path boxes =
                Files.writeString(
                        folder.resolve("boxes.json"),
                        """
                        [{"image_id": "one", "category_id": 1, "bbox": [2, 2, 10, 10], "score": 0.5}]
                        """);
        Path out = folder.resolve("look");
        CommandLineRun.output("show", "--data", data(), "--pred", boxes, "--out", out);
        assertTrue(Files.exists(out.resolve("overlays/one.png")));
        assertFalse(Files.exists(out.resolve("report.html")));

        String error =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "eval",
                        "--gt",
                        data(),
                        "--pred",
                        boxes,
                        "--report",
                        folder.resolve("r.html"));
        assertTrue(error.contains("expected a mask for each detection, got a box alone"), error);
        assertFalse(Files.exists(folder.resolve("r.html")));
    }

    @Test
    void aRunsLearningCurvesAreShown() throws Exception {
        Path run = Files.createDirectories(folder.resolve("run"));
        Files.writeString(
                run.resolve("metrics.json"),
                """
                {"iteration": 0, "total_loss": 3.5, "loss_mask": 0.7}
                {"iteration": 20, "total_loss": 2.25, "loss_mask": 0.5, "sartorius/score": 0.1}
                {"iteration": 40, "total_loss": 1.5, "loss_mask": 0.4, "sartorius/score": 0.2}
                """);
        Path file = folder.resolve("report.html");
        CommandLineRun.output(
                "eval", "--gt", data(), "--pred", results(), "--report", file, "--run", run);
        List<String> titles =
                elements(page(file), "circle").stream().map(Element::getTextContent).toList();
        assertTrue(titles.contains("sum: 2.25 at 20"), titles.toString());
        assertTrue(titles.contains("competition score: 0.2 at 40"), titles.toString());

        String error =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "eval",
                        "--gt",
                        data(),
                        "--pred",
                        results(),
                        "--report",
                        file,
                        "--run",
                        folder.resolve("no"));
        assertTrue(error.contains("metrics.json: cannot read"), error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --iou 1          | IoU: expected a number from 0 to below 1
                    --worst -3       | expected a whole number from 0, got '-3'
                    --metric coco    | --metric: expected all for a --report, got coco
                    """)
    void wrongUse(String option, String expected) throws Exception {
        List<Object> args = new ArrayList<>(List.of("eval", "--gt", data(), "--pred", results()));
        args.addAll(List.of("--report", folder.resolve("r.html")));
        args.addAll(List.of(option.split(" ")));
        String error = CommandLineRun.error(ExitStatus.USAGE, args.toArray());
        assertTrue(error.contains(expected), error);
        assertFalse(Files.exists(folder.resolve("r.html")));
    }
}
