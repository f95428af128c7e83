package soma.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code show}, {@code eval} and {@code doctor} on a small drawn data set. */
class DataCommandsTest {
    @TempDir static Path folder;
    private static Dataset dataset;
    private static Path annotations;
    private static Path results;
    private static Path submission;

    @BeforeAll
    static void drawData() {
        SceneSettings small = SceneSettings.DEFAULT.withSize(64, 80).withCells(3, 5);
        dataset = SyntheticDataset.write(folder.resolve("data"), 3, 1, small);
        annotations = dataset.source();
        // The annotations themselves as predictions, but for the last image, which has none.
        List<Prediction> predictions = new ArrayList<>();
        Map<String, List<Rle>> masks = new LinkedHashMap<>();
        for (ImageRecord image : dataset.images().subList(0, 2)) {
            for (Annotation a : image.annotations()) {
                Rle mask = a.segmentation().toRle(image.height(), image.width());
                long category = dataset.categories().get(a.category()).id();
                predictions.add(new Prediction(image.id(), category, 0.9, a.bbox(), mask));
                masks.computeIfAbsent(image.id(), key -> new ArrayList<>()).add(mask);
            }
        }
        results = folder.resolve("results.json");
        new CocoResults(predictions, false).write(results);
        submission = folder.resolve("submission.csv");
        new Submission(masks, java.util.Set.of()).write(submission);
    }

    @Test
    void evalGivesBothMetrics() throws IOException {
        Path json = folder.resolve("scores.json");

        String text =
                CommandLineRun.output(
                        "eval", "--gt", annotations, "--pred", results, "--json", json);

        JsonNode scores = new ObjectMapper().readTree(json.toFile());
        double third = 2.0 / 3;
        assertEquals(third, scores.at("/sartorius/score").asDouble(), 1e-12);
        assertEquals(10, scores.at("/sartorius/per_threshold").size());
        assertEquals(0, scores.at("/sartorius/per_image/cells-0003").asDouble());
        for (String type : List.of("bbox", "segm")) {
            JsonNode figures = scores.at("/coco/" + type);
            assertEquals(13, figures.size(), figures::toString);
            assertTrue(figures.get("AP").asDouble() > 0.4, figures::toString);
        }
        assertEquals(
                12, text.split("\n\n", -1)[0].lines().filter(l -> l.contains("maxDets=")).count());
        assertTrue(text.contains("Competition score (sartorius) = 0.6667"), text);
        assertTrue(text.contains("cells-0001"), text);
    }

    @Test
    void evalTakesASubmission() {
        String text = CommandLineRun.output("eval", "--gt", annotations, "--pred", submission);

        assertTrue(text.contains("= 0.6667"), text);
        assertFalse(text.contains("maxDets"), text);
    }

    /** What {@code eval/make.py} recorded: a data set, {@code --max-dets}, lines and figures. */
    static Stream<Arguments> evalPrintsWhatThePeersPrint() throws Exception {
        List<Arguments> evaluations = new ArrayList<>();
        for (JsonNode e : new ObjectMapper().readTree(recorded("expected.json").toFile())) {
            evaluations.add(Arguments.of(e.get("data").asText(), e.get("max_dets").asText(), e));
        }
        return evaluations.stream();
    }

    private static Path recorded(String name) throws Exception {
        return Path.of(DataCommandsTest.class.getResource("eval/" + name).toURI());
    }

    /** Character for character, ties in the last digit included, and to the last bit in JSON. */
    @ParameterizedTest(name = "{0}, --max-dets {1}")
    @MethodSource
    void evalPrintsWhatThePeersPrint(String data, String maxDets, JsonNode expected)
            throws Exception {
        Path json = folder.resolve("peers.json");

        String text =
                CommandLineRun.output(
                        "eval",
                        "--gt",
                        recorded(data + "_gt.json"),
                        "--pred",
                        recorded(data + "_dt.json"),
                        "--max-dets",
                        maxDets,
                        "--metric",
                        "coco",
                        "--json",
                        json);

        JsonNode scores = new ObjectMapper().readTree(json.toFile()).get("coco");
        String[] parts = text.split("\n\n", -1);
        int part = 0;
        for (String type : List.of("bbox", "segm")) {
            JsonNode peer = expected.get(type);
            List<String> lines = new ArrayList<>();
            peer.get("lines").forEach(line -> lines.add(line.asText()));
            assertEquals(
                    String.join("\n", lines),
                    parts[part++].lines().skip(1).limit(12).collect(Collectors.joining("\n")));
            assertEquals(
                    numbers(peer.get("stats")), numbers(scores.get(type)).subList(0, 12), type);
            assertEquals(
                    numbers(peer.get("per_class")),
                    numbers(scores.get(type).get("per_class")),
                    type);
        }
    }

    private static List<Double> numbers(JsonNode values) {
        List<Double> numbers = new ArrayList<>();
        values.forEach(value -> numbers.add(value.asDouble()));
        return numbers;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eval --gt DATA --pred FOLDER/none.json|none.json: file: expected one to read",
                "eval --gt FOLDER/none.json --pred RESULTS|none.json: data set: expected a file or",
                "eval --gt RESULTS --pred RESULTS|results.json: data set: expected a COCO JSON",
                "eval --gt DATA --pred DATA|annotations.json",
                "eval --gt DATA --pred SUBMISSION --metric coco|submission.csv: predictions:",
                "show --data FOLDER/none --out FOLDER/x|none: data set: expected a file or a",
                "show --data DATA --out RESULTS|results.json: output: expected a directory",
                "show --data DATA --images FOLDER/no --out FOLDER/x|no: images: expected a folder",
            })
    void badInputIsOneLine(String args, String expected) {
        String line = CommandLineRun.error(ExitStatus.FAILED, arguments(args));

        assertTrue(line.contains(expected), line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "eval --gt DATA|Missing required option: '--pred=FILE' (see soma eval --help)",
                "eval --gt DATA --pred RESULTS --metric best|expected one of [COCO, SARTORIUS,"
                        + " ALL]",
                "eval --gt DATA --pred RESULTS --max-dets 0|a number above 10, or three ascending",
                "eval --gt DATA --pred RESULTS --max-dets 1,10|ones such as 1,10,1000, got '1,10'",
                "eval --gt DATA --pred RESULTS --max-dets 10,1,100|got '10,1,100'",
                "eval --gt DATA --pred RESULTS --max-dets many|got 'many'",
                "show --data DATA --out x --data-format xml|'--data-format': expected one of",
                "show --data DATA --out x --limit many|expected a whole number from 0, got 'many'",
                "show --data DATA --out x --limit -1|'--limit': expected a whole number from 0, got"
                        + " '-1'",
                "show --data DATA --out x --variants -1 --augmented|expected 1 or more, got -1",
                "show --data DATA --out x --threads 0|'--threads': expected a number from 1",
                "show --data DATA --out x --iou -0.1 --pred RESULTS|expected a number from 0 to",
                "inspect RESULTS --spectra-up-to -1|'--spectra-up-to': expected a whole number",
                "doctor now|unexpected argument 'now'",
                "show --data DATA --out FOLDER/x SEED=1|expected --augmented before KEY=VALUE",
                "show --data DATA --out FOLDER/x --augmented --pred RESULTS|expected no --pred",
                "show --data DATA --out FOLDER/x --augmented --variants 0|expected 1 or more",
            })
    void wrongUsageIsOneLine(String args, String expected) {
        String line = CommandLineRun.error(ExitStatus.USAGE, arguments(args));

        assertTrue(line.contains(expected), line);
    }

    private static Object[] arguments(String line) {
        return line.replace("FOLDER", folder.toString())
                .replace("DATA", annotations.toString())
                .replace("RESULTS", results.toString())
                .replace("SUBMISSION", submission.toString())
                .split(" ", -1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "results.json", "submission.csv"})
    void showDrawsAndCounts(String predictions) throws IOException {
        Path out = folder.resolve("show-" + predictions);
        List<Object> args = new ArrayList<>(List.of("show", "--data", annotations, "--out", out));
        if (!predictions.equals("none")) {
            args.addAll(List.of("--pred", folder.resolve(predictions)));
        }

        String table = CommandLineRun.output(args.toArray());

        assertTrue(table.contains("images     3, width x height: 80x64 (3)"), table);
        assertTrue(table.contains("instances  " + dataset.instanceCount()), table);
        assertTrue(table.contains("defects    none"), table);
        assertEquals(table, Files.readString(out.resolve("dataset.txt")));
        ImageSize size = ImageReader.readSize(out.resolve("overlays/cells-0003.png"));
        int scale = size.height() / 64;
        int panels = predictions.equals("none") ? 1 : 2;
        assertEquals(panels * 80 * scale + 8 * (panels - 1), size.width());

        String again = CommandLineRun.error(ExitStatus.FAILED, args.toArray());
        assertTrue(again.contains("expected no earlier results, got dataset.txt"), again);
        args.add("--force");
        assertEquals(table, CommandLineRun.output(args.toArray()));
    }

    @Test
    void showDrawsWhatTrainingSees() throws IOException {
        Path out = folder.resolve("augmented");
        List<Object> args = new ArrayList<>();
        args.addAll(List.of("show", "--data", annotations, "--augmented", "--variants", "3"));
        args.addAll(List.of("--seed", "5", "--limit", "1", "--out", out));
        args.addAll(List.of("SOMA.AUG.LSJ.ENABLED=True", "SOMA.AUG.LSJ.SIZE=[320,640]"));

        CommandLineRun.output(args.toArray());

        Path drawn = out.resolve("augmented/cells-0001.png");
        assertEquals(new ImageSize(320, 3 * 640 + 2 * 8), ImageReader.readSize(drawn));
        assertFalse(Files.exists(out.resolve("augmented/cells-0002.png")));
        assertFalse(Files.exists(out.resolve("overlays")));
        byte[] first = Files.readAllBytes(drawn);
        args.add("--force");
        CommandLineRun.output(args.toArray());
        assertArrayEquals(first, Files.readAllBytes(drawn), "the same seed");
        args.set(args.indexOf("5"), "6");
        CommandLineRun.output(args.toArray());
        assertFalse(Arrays.equals(first, Files.readAllBytes(drawn)), "another seed");
    }

    @Test
    void showListsDefects() throws IOException {
        Path broken = folder.resolve("broken/annotations.json");
        Files.createDirectories(broken.getParent());
        Files.writeString(
                broken, Files.readString(annotations).replace("cells-0002.png", "gone.png"));

        String table =
                CommandLineRun.output(
                        "show",
                        "--data",
                        broken,
                        "--images",
                        annotations.getParent(),
                        "--out",
                        folder.resolve("broken/out"));

        assertTrue(table.contains("1 images that aren't on disk: "), table);
        assertFalse(Files.exists(folder.resolve("broken/out/overlays/cells-0002.png")));
        assertTrue(Files.exists(folder.resolve("broken/out/overlays/cells-0003.png")));
    }

    @Test
    void doctorDescribesTheMachine() {
        String text = CommandLineRun.output("doctor", "--threads", "1");

        for (String name :
                List.of(
                        "JDK",
                        "vectors",
                        "processor",
                        "memory",
                        "device cuda",
                        "peak",
                        "bandwidth")) {
            assertTrue(text.lines().anyMatch(line -> line.startsWith(name)), text);
        }
        assertTrue(text.contains("device cpu-reference   usable"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "eval", "doctor"})
    void helpHasAnExample(String command) {
        String help = CommandLineRun.output(command, "--help");

        assertTrue(help.contains("Example:"), help);
        assertTrue(help.contains("  soma " + command), help);
    }
}
