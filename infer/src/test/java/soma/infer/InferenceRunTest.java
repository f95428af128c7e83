package soma.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.infer.InferenceRun.Settings;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

class InferenceRunTest {
    private static final Set<OutputFormat> ALL = Set.of(OutputFormat.values());

    @TempDir Path folder;
    private Path images;
    private Path out;
    private Predictor predictor;

    @BeforeEach
    void open() throws IOException {
        images = Files.createDirectory(folder.resolve("images"));
        out = folder.resolve("out");
        predictor = SmallModel.predictor(folder);
    }

    @AfterEach
    void close() {
        predictor.close();
    }

    private InferenceSummary run(Dataset dataset, Settings settings) {
        return new InferenceRun(predictor, settings)
                .run(dataset, () -> false, InferenceRun.Progress.NONE);
    }

    private Settings settings(Set<OutputFormat> formats, boolean force) {
        return new Settings(out, formats, force, List.of());
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void allFormatsHoldWhatThePredictorFinds() throws IOException {
        SmallModel.image(images, "a", 37, 53);
        SmallModel.image(images, "b", 64, 41);
        Dataset dataset = InferenceRun.images(List.of(images));
        InferenceSummary summary = run(dataset, settings(ALL, false));
        assertEquals(2, summary.images());
        assertEquals(12, summary.detections());
        assertTrue(summary.imagesPerSecond() > 0);
        assertEquals(
                List.of("labels", "overlays", "raw.safetensors", "results.json", "submission.csv"),
                names(out));
        assertEquals(List.of("a.png", "b.png"), names(out.resolve("overlays")));
        assertEquals(List.of("a.tif", "b.tif"), names(out.resolve("labels")));
        assertEquals(List.of("images", "out", "weights.safetensors"), names(folder));

        JsonNode results = new ObjectMapper().readTree(out.resolve("results.json").toFile());
        Submission submission = Submission.read(out.resolve("submission.csv"), dataset);
        int row = 0;
        for (String id : List.of("a", "b")) {
            Image8 image = ImageReader.readBgr(images.resolve(id + ".png"));
            Instances found = predictor.predict(image);
            int[] labels = new int[image.height() * image.width()];
            for (int i = found.size() - 1; i >= 0; i--) {
                found.masks().get(i).paint(labels, i + 1);
            }
            assertArrayEquals(
                    labels, ImageReader.readLabels(out.resolve("labels/" + id + ".tif")).labels());
            assertEquals(found.withoutOverlaps().masks(), submission.masks().get(id));
            for (int i = 0; i < found.size(); i++) {
                JsonNode one = results.get(row++);
                assertEquals(id, one.get("image_id").asText());
                assertEquals(found.classes()[i] + 1, one.get("category_id").asInt());
                assertEquals(found.scores()[i], (float) one.get("score").asDouble());
                assertEquals(
                        found.masks().get(i).toCocoString(),
                        one.get("segmentation").get("counts").asText());
            }
        }
        assertEquals(row, results.size());
        int taken = 0;
        Rle all = Rle.empty(37, 53);
        for (Rle mask : submission.masks().get("a")) {
            taken += mask.area();
            all = all.union(mask);
        }
        assertEquals(taken, all.area(), "submitted masks overlap");
    }

    @Test
    void anImageWithoutObjectsHasAnEmptyRow() throws IOException {
        SmallModel.image(images, "a", 37, 53);
        List<String> none = List.of("SOMA.POST.SCORE_THRESHOLDS=[1.0, 1.0, 1.0]");
        try (Predictor blind = SmallModel.predictor(folder, none)) {
            InferenceSummary summary =
                    new InferenceRun(blind, Settings.of(out))
                            .run(
                                    InferenceRun.images(List.of(images)),
                                    () -> false,
                                    InferenceRun.Progress.NONE);
            assertEquals(0, summary.detections());
        }
        assertEquals("id,predicted\na,\n", Files.readString(out.resolve("submission.csv")));
        assertEquals(0, new ObjectMapper().readTree(out.resolve("results.json").toFile()).size());
        assertTrue(Files.exists(out.resolve("overlays/a.png")));
    }

    @Test
    void damagedImagesAreCountedAndLeftOut() throws IOException {
        SmallModel.image(images, "good", 37, 53);
        Path cut = SmallModel.image(images, "cut", 60, 60);
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        Files.writeString(images.resolve("text.png"), "not an image");
        InferenceSummary summary = run(InferenceRun.images(List.of(images)), Settings.of(out));
        assertEquals(1, summary.images());
        assertEquals(2, summary.failed());
        assertEquals(2, summary.warnings().size());
        assertTrue(summary.warnings().toString().contains("cut.png"));
        assertTrue(summary.warnings().toString().contains("text.png"));
        assertEquals(List.of("good.png"), names(out.resolve("overlays")));
        assertFalse(Files.readString(out.resolve("submission.csv")).contains("cut"));
    }

    @Test
    void nothingIsWrittenWhenNoImageCanBeRead() throws IOException {
        Path cut = SmallModel.image(images, "cut", 60, 60);
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        Dataset dataset = InferenceRun.images(List.of(cut));
        SomaException e = assertThrows(SomaException.class, () -> run(dataset, Settings.of(out)));
        assertTrue(e.getMessage().startsWith(cut + ": "), e.getMessage());
        assertFalse(Files.exists(out));
        assertEquals(List.of("images", "weights.safetensors"), names(folder));

        Path text = Files.writeString(images.resolve("text.png"), "not an image");
        e = assertThrows(SomaException.class, () -> InferenceRun.images(List.of(text, text)));
        assertTrue(e.getMessage().startsWith(text + ": "), e.getMessage());
        Path missing = images.resolve("missing.png");
        for (List<Path> paths : List.of(List.of(missing), List.of(images, missing))) {
            e = assertThrows(SomaException.class, () -> InferenceRun.images(paths));
            assertTrue(e.getMessage().startsWith(missing + ": "), e.getMessage());
        }
    }

    @Test
    void earlierResultsStayUnlessForced() throws IOException {
        Dataset one = InferenceRun.images(List.of(SmallModel.image(images, "one", 37, 53)));
        Dataset two = InferenceRun.images(List.of(SmallModel.image(images, "two", 37, 53)));
        run(one, Settings.of(out));
        Files.writeString(out.resolve("notes.txt"), "mine");
        SomaException e = assertThrows(SomaException.class, () -> run(two, Settings.of(out)));
        assertTrue(e.getMessage().contains("--force"), e.getMessage());
        assertEquals(List.of("one.png"), names(out.resolve("overlays")));
        run(two, settings(OutputFormat.DEFAULT, true));
        assertEquals(List.of("two.png"), names(out.resolve("overlays")));
        run(one, settings(Set.of(OutputFormat.CSV), true));
        assertEquals(List.of("notes.txt", "submission.csv"), names(out));
        assertEquals("mine", Files.readString(out.resolve("notes.txt")));

        Path file = Files.writeString(folder.resolve("file"), "");
        e = assertThrows(SomaException.class, () -> run(one, Settings.of(file)));
        assertTrue(e.getMessage().contains("expected a directory"), e.getMessage());
        e = assertThrows(SomaException.class, () -> run(one, Settings.of(file.resolve("out"))));
        assertTrue(e.getMessage().contains("cannot write"), e.getMessage());
    }

    @Test
    void stoppingLeavesNothingBehind() throws IOException {
        SmallModel.image(images, "a", 37, 53);
        SmallModel.image(images, "b", 37, 53);
        List<String> seen = new ArrayList<>();
        InferenceSummary summary =
                new InferenceRun(predictor, Settings.of(out))
                        .run(
                                InferenceRun.images(List.of(images)),
                                () -> !seen.isEmpty(),
                                (done, total, id, objects) ->
                                        seen.add(done + "/" + total + " " + id + " " + objects));
        assertTrue(summary.interrupted());
        assertEquals(List.of(), summary.outputs());
        assertEquals(List.of("1/2 a 6"), seen);
        assertEquals(List.of("images", "weights.safetensors"), names(folder));
    }

    @Test
    void equalNamesInSeveralFoldersGetTheirOwnIds() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Path first = SmallModel.image(images, "a", 37, 53);
        Path second = SmallModel.image(other, "a", 41, 40);
        run(InferenceRun.images(List.of(first, second)), Settings.of(out));
        assertEquals(List.of("a.png", "a_2.png"), names(out.resolve("overlays")));
    }

    @Test
    void idsAndClassesAreTheDataSets() throws IOException {
        SmallModel.image(images, "x", 37, 53);
        SmallModel.image(images, "y", 37, 53);
        Path json = folder.resolve("set.json");
        Files.writeString(
                json,
                """
                {"images": [{"id": 17, "file_name": "images/x.png", "height": 37, "width": 53},
                            {"id": 4, "file_name": "images/y.png", "height": 38, "width": 53},
                            {"id": 5, "file_name": "images/z.png", "height": 38, "width": 53}],
                 "annotations": [],
                 "categories": [{"id": 10, "name": "p"}, {"id": 30, "name": "q"},
                                {"id": 20, "name": "r"}]}
                """);
        InferenceSummary summary = run(InferenceRun.images(List.of(json)), settings(ALL, false));
        assertEquals(1, summary.images());
        assertEquals(2, summary.failed());
        assertTrue(summary.warnings().toString().contains("expected 38x53"));
        JsonNode results = new ObjectMapper().readTree(out.resolve("results.json").toFile());
        assertTrue(results.get(0).get("image_id").isIntegralNumber());
        assertEquals(17, results.get(0).get("image_id").asInt());
        for (JsonNode one : results) {
            assertEquals(0, one.get("category_id").asInt() % 10);
        }
        assertEquals(List.of("17.tif"), names(out.resolve("labels")));

        Settings two =
                new Settings(
                        folder.resolve("b"),
                        ALL,
                        false,
                        List.of(new Category(1, "p"), new Category(2, "q")));
        SomaException e =
                assertThrows(
                        SomaException.class, () -> run(InferenceRun.images(List.of(json)), two));
        assertTrue(e.getMessage().contains("classes: expected 3"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "'coco,csv,overlay', '[COCO, CSV, OVERLAY]'",
        "' CSV , labels', '[CSV, LABELS]'",
        "'geojson', 'not supported in this version'",
        "'coco,imagej', 'not supported in this version'",
        "'cocoa', 'got cocoa'",
        "'', 'got an empty word'",
    })
    void formatsAreRead(String list, String expected) {
        String got;
        try {
            got = OutputFormat.parse(list).toString();
        } catch (SomaException e) {
            got = e.getMessage();
        }
        assertTrue(got.contains(expected), got);
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "../../etc/x, _._.._etc_x",
        "'', _",
        "'C:\\x', C__x",
        ".hidden, _hidden",
        "späte Zelle, späte Zelle",
    })
    void idsMakeFileNames(String id, String name) {
        assertEquals(name, new FileNames().of(id));
    }

    @Test
    void fileNamesAreUnique() {
        FileNames names = new FileNames();
        assertEquals(
                List.of("a_b", "a_b_2", "A_b_3"),
                List.of(names.of("a/b"), names.of("a_b"), names.of("A:b")));
    }

    /** Live memory after many images is that after a few. */
    @Test
    void memoryStaysLevel() {
        for (int i = 0; i < 40; i++) {
            SmallModel.image(images, "image" + i, 60 + i % 7, 70);
        }
        List<Long> held = new ArrayList<>();
        new InferenceRun(predictor, settings(ALL, false))
                .run(
                        InferenceRun.images(List.of(images)),
                        () -> false,
                        (done, total, id, objects) -> {
                            if (done == 10 || done == 40) {
                                held.add(live());
                            }
                        });
        long growth = held.get(1) - held.get(0);
        assertTrue(growth < 1 << 20, "30 more images hold " + growth + " bytes");
    }

    private static long live() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
