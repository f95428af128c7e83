package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.EnsembleConfig;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.data.RawPredictions;
import soma.maskrcnn.data.RawPredictionsWriter;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.maskrcnn.synthetic.SyntheticPredictions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

class TuneCommandTest {
    @TempDir static Path folder;
    private static Dataset dataset;
    private static Path annotations;
    private static Path results;

    @BeforeAll
    static void drawData() {
        SceneSettings small = SceneSettings.DEFAULT.withSize(96, 128).withCells(4, 9);
        dataset = SyntheticDataset.write(folder.resolve("data"), 6, 1, small);
        annotations = dataset.source();
        results = folder.resolve("results.json");
        SyntheticPredictions.of(dataset, 1).write(results);
    }

    @Test
    void writesSettingsOverAPreset() throws IOException {
        Path tuned = folder.resolve("tuned.yaml");
        Path json = folder.resolve("tuned.json");
        Object[] arguments = {
            "tune",
            "--gt",
            annotations,
            "--pred",
            results,
            "--config",
            "sartorius_r50",
            "--folds",
            "3",
            "--json",
            json,
            "--out",
            tuned
        };
        String text = CommandLineRun.output(arguments);
        assertTrue(text.contains("infer --config " + tuned + " --weights WEIGHTS"), text);

        JsonNode figures = new ObjectMapper().readTree(json.toFile());
        double before = figures.get("before").get("score").asDouble();
        double after = figures.get("after").get("score").asDouble();
        assertTrue(after >= before);
        assertEquals(6, figures.get("held_out").get("per_image").size());
        assertEquals(after - before, figures.get("intervals").get("gain").get(0).asDouble(), 1e-12);

        Config config = Config.load(tuned.toString());
        assertEquals(4000, config.getInt("SOLVER.MAX_ITER", 1)); // the preset's
        PostConfig post = PostConfig.from(config);
        JsonNode settings = figures.get("settings");
        for (int c = 0; c < 3; c++) {
            assertEquals(
                    settings.get("score_thresholds").get(c).asDouble(),
                    post.scoreThresholds().get(c));
            assertEquals(settings.get("min_pixels").get(c).asInt(), post.minPixels().get(c));
        }
        assertEquals(settings.get("majority_class").asBoolean(), post.majorityClass());
        assertEquals(settings.get("remove_overlaps").asBoolean(), post.removeOverlaps());
        EnsembleConfig ensemble = EnsembleConfig.from(config);
        assertEquals(settings.get("nms").asDouble(), ensemble.single() ? ensemble.iou() : 1.0);

        String first = Files.readString(tuned);
        CommandLineRun.output(arguments);
        assertEquals(first, Files.readString(tuned));
    }

    /** What {@code infer --formats raw} would have left of the detections in the results. */
    private static Path raw(String name, List<Category> classes, List<ImageRecord> images)
            throws IOException {
        Path file = Files.createDirectories(folder.resolve(name)).resolve(RawPredictions.FILE);
        StoredPredictions stored = StoredPredictions.open(results);
        try (RawPredictionsWriter writer = new RawPredictionsWriter(file, classes, false)) {
            for (ImageRecord image : images) {
                ImageSize size = new ImageSize(image.height(), image.width());
                Instances i = stored.read(image.id(), size, dataset.categories());
                MaskProbabilities sure = new MaskProbabilities(1, i.scores(), MaskPaste.DETECTRON2);
                writer.add(
                        image.id(),
                        new Instances(
                                i.height(),
                                i.width(),
                                i.boxes(),
                                i.scores(),
                                i.classes(),
                                i.masks(),
                                sure));
            }
        }
        return file;
    }

    @Test
    void rawPredictionsAreTunedAsTheirResultsAre() throws IOException {
        Path file = raw("raw", dataset.categories(), dataset.images());
        Map<Path, String> tuned = new LinkedHashMap<>();
        for (Path pred : List.of(results, file, file.getParent())) {
            Path out = folder.resolve("from.yaml");
            CommandLineRun.output(
                    "tune",
                    "--gt",
                    annotations,
                    "--pred",
                    pred,
                    "--config",
                    "sartorius_r50",
                    "--folds",
                    "2",
                    "--out",
                    out);
            tuned.put(pred, Files.readString(out));
        }
        assertEquals(3, tuned.size());
        assertEquals(1, Set.copyOf(tuned.values()).size(), tuned.toString());
    }

    @Test
    void overridesAreWhereTheSearchStartsAndInWhatItWrites() throws IOException {
        Path tuned = folder.resolve("over.yaml");
        String text =
                CommandLineRun.output(
                        "tune",
                        "--gt",
                        annotations,
                        "--pred",
                        results,
                        "--config",
                        "sartorius_r50",
                        "--folds",
                        "2",
                        "--out",
                        tuned,
                        "SOMA.POST.SCORE_THRESHOLDS=[0.11,0.38,0.58]",
                        "INPUT.MIN_SIZE_TEST=1040");
        String before = "lowest score, " + dataset.classNames().getFirst() + " +0.11 ";
        assertTrue(Pattern.compile(before).matcher(text).find(), text);
        Config config = Config.load(tuned.toString());
        assertEquals(1040, config.getInt("INPUT.MIN_SIZE_TEST"));
        assertEquals(4000, config.getInt("SOLVER.MAX_ITER", 1)); // the preset's

        String alone =
                CommandLineRun.output(
                        "tune",
                        "--gt",
                        annotations,
                        "--pred",
                        results,
                        "--folds",
                        "2",
                        "--out",
                        tuned,
                        "SOMA.POST.MIN_PIXELS=[7,0,0]");
        assertTrue(Pattern.compile("fewest pixels, \\w+ +7 ").matcher(alone).find(), alone);
        assertTrue(error(results, "NO.KEY=1").startsWith("soma: command line: unknown key NO.KEY"));
    }

    @Test
    void writesTheSettingsAloneForSeveralModels() throws IOException {
        Path tuned = folder.resolve("alone.yaml");
        Path other = Files.copy(results, folder.resolve("other.json"));
        String text =
                CommandLineRun.output(
                        "tune",
                        "--gt",
                        annotations,
                        "--pred",
                        results,
                        "--pred",
                        other,
                        "--folds",
                        "2",
                        "--out",
                        tuned);
        assertTrue(text.contains("--weights WEIGHTS --weights WEIGHTS"), text);
        assertTrue(text.contains("SOMA.ENSEMBLE.IOU="), text);
        Path whole = folder.resolve("whole.yaml");
        Files.writeString(whole, "_BASE_: sartorius_r50\n" + Files.readString(tuned));
        EnsembleConfig ensemble = EnsembleConfig.from(Config.load(whole.toString()));
        assertEquals(EnsembleConfig.Method.NMS, ensemble.method());
    }

    private static String error(Path pred, Object... more) {
        Path out = folder.resolve("none.yaml");
        Object[] arguments = new Object[7 + more.length];
        Object[] usual = {"tune", "--gt", annotations, "--pred", pred, "--out", out};
        System.arraycopy(usual, 0, arguments, 0, 7);
        System.arraycopy(more, 0, arguments, 7, more.length);
        String line = CommandLineRun.error(ExitStatus.FAILED, arguments);
        assertFalse(Files.exists(out));
        return line;
    }

    private static Path written(String name, Prediction... predictions) {
        Path file = folder.resolve(name);
        new CocoResults(List.of(predictions), false).write(file);
        return file;
    }

    @Test
    void refusesWhatDoesNotFit() {
        Rle mask = Rle.box(96, 128, 3, 3, 9, 9);
        double[] box = {3, 3, 6, 6};
        String id = "cells-0001";

        Path file = written("empty.json");
        assertEquals(
                "soma: " + file + ": detections: expected at least one, got none", error(file));
        file = written("image.json", new Prediction("other", 1, 0.5, box, mask));
        assertEquals(
                "soma: %s: images: expected those of %s, got other, too"
                        .formatted(file, annotations),
                error(file));
        file = written("class.json", new Prediction(id, 7, 0.5, box, mask));
        assertEquals(
                "soma: %s: image %s: category_id: expected one of [1, 2, 3], got 7"
                        .formatted(file, id),
                error(file));
        file = written("score.json", new Prediction(id, 1, 1.5, box, mask));
        assertEquals(
                "soma: %s: image %s: score: expected 0 to 1, got 1.5".formatted(file, id),
                error(file));
        file = written("box.json", new Prediction(id, 1, 0.5, box, null));
        assertEquals(
                "soma: %s: image %s: segmentation: expected a mask for each detection, got none"
                        .formatted(file, id),
                error(file));
        file = written("size.json", new Prediction(id, 1, 0.5, box, Rle.box(9, 9, 1, 1, 4, 4)));
        assertEquals(
                "soma: %s: image %s: size: expected 96x128 as in %s, got 9x9"
                        .formatted(file, id, annotations),
                error(file));
        file = folder.resolve("missing/raw.safetensors");
        assertEquals("soma: " + file + ": file: expected one to read, got none there", error(file));
        assertEquals(
                "soma: " + results + ": predictions: expected each file once, got it twice",
                error(results, "--pred", results));
    }

    @Test
    void refusesRawPredictionsOfOtherImagesOrClasses() throws IOException {
        List<ImageRecord> images = dataset.images();
        Path file = raw("fewer", dataset.categories(), images.subList(1, images.size()));
        assertEquals(
                "soma: %s: images: expected all of %s, got none of %s"
                        .formatted(file, annotations, images.getFirst().id()),
                error(file));
        file = raw("turned", dataset.categories().reversed(), images);
        String line = error(file);
        assertTrue(
                line.startsWith("soma: " + file + ": classes: expected [1 ")
                        && line.contains(" as " + annotations + " has, got [3 "),
                line);
        file = raw("none", dataset.categories(), images);
        try (RawPredictionsWriter writer =
                new RawPredictionsWriter(file, dataset.categories(), false)) {
            for (ImageRecord image : images) {
                writer.add(image.id(), Instances.none(image.height(), image.width()));
            }
        }
        assertEquals(
                "soma: " + file + ": detections: expected at least one, got none", error(file));
    }

    @Test
    void refusesSettingsItCannotSearch() throws IOException {
        assertTrue(
                error(results, "--config", "mask_rcnn_R_50_FPN_3x")
                        .contains(
                                "MODEL.ROI_HEADS.NUM_CLASSES: expected the data set's number of"
                                        + " classes, 3, got 80"));
        assertEquals(
                "soma: folds: expected from 2 to the number of images, 6, got 9",
                error(results, "--folds", "9"));
        for (String folds : List.of("1", "0", "-3")) {
            assertEquals(
                    "soma: folds: expected from 2 to the number of images, 6, got " + folds,
                    error(results, "--folds", folds));
        }
        Path other = Files.copy(results, folder.resolve("second.json"));
        Path fused = folder.resolve("fused.yaml");
        Files.writeString(fused, "_BASE_: sartorius_r50\nSOMA:\n  ENSEMBLE:\n    METHOD: wbf\n");
        assertTrue(
                error(results, "--pred", other, "--config", fused)
                        .contains("SOMA.ENSEMBLE.METHOD: expected nms"));
        assertTrue(
                error(results, "--pred", other, "SOMA.ENSEMBLE.MASKS=vote")
                        .contains("SOMA.ENSEMBLE.MASKS: expected winner"));
    }

    @Test
    void doesNotOverwriteItsOwnBase() throws IOException {
        Path base = folder.resolve("base.yaml");
        Files.writeString(base, "_BASE_: sartorius_r50\n");
        String line =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "tune",
                        "--gt",
                        annotations,
                        "--pred",
                        results,
                        "--config",
                        base,
                        "--out",
                        base);
        assertEquals(
                "soma: " + base + ": --out: expected another file than --config, got it", line);
        assertEquals("_BASE_: sartorius_r50\n", Files.readString(base));
    }
}
