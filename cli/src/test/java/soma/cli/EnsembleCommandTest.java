package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.RawPredictions;
import soma.maskrcnn.data.RawPredictionsWriter;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Safetensors;
import soma.tensor.Device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** {@code ensemble}, and {@code infer} with several models. */
class EnsembleCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Random weights are sure of nothing. */
    private static final String SENSITIVE = "MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.05";

    @TempDir Path folder;

    /** Two models' recorded detections as COCO results; scores are float32 in the record. */
    private List<Path> recorded(JsonNode golden) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int m = 0; m < 2; m++) {
            ArrayNode results = JSON.createArrayNode();
            for (JsonNode image : golden.get("images")) {
                JsonNode model = image.get("models").get(m);
                for (int i = 0; i < model.get("scores").size(); i++) {
                    JsonNode b = model.get("boxes_xyxy").get(i);
                    ObjectNode one = results.addObject();
                    one.put("image_id", image.get("id").asText());
                    one.put("category_id", model.get("classes").get(i).asInt() + 1);
                    one.set("score", model.get("scores").get(i));
                    one.putArray("bbox")
                            .add(b.get(0).asDouble())
                            .add(b.get(1).asDouble())
                            .add(b.get(2).asDouble() - b.get(0).asDouble())
                            .add(b.get(3).asDouble() - b.get(1).asDouble());
                    JsonNode mask = model.get("masks").get(i);
                    ObjectNode segmentation = one.putObject("segmentation");
                    segmentation
                            .putArray("size")
                            .add(image.get("height").asInt())
                            .add(image.get("width").asInt());
                    segmentation.set("counts", mask.isTextual() ? mask : mask.get("counts"));
                }
            }
            Path file = folder.resolve(m + ".json");
            JSON.writeValue(file.toFile(), results);
            files.add(file);
        }
        return files;
    }

    @ParameterizedTest
    @CsvSource({
        "submission.csv, ''",
        "submission-published-script.csv, SOMA.POST.SCORE_THRESHOLD_CLASS=majority"
                + " SOMA.POST.MIN_PIXELS_CLASS=majority SOMA.POST.MAJORITY_CLASS=False",
    })
    void thePresetReproducesTheRecordedSubmissions(String file, String overrides)
            throws IOException {
        Path shared = CommandLineRun.shared().resolve("golden/data/postprocess");
        Assumptions.assumeTrue(Files.isDirectory(shared), "no reference fixtures at " + shared);
        List<Path> files = recorded(JSON.readTree(shared.resolve("detections.json").toFile()));
        Path out = folder.resolve("out");
        List<Object> args = new ArrayList<>();
        args.addAll(List.of("ensemble", "--config", "sartorius_r50", "--out", out, "--quiet"));
        args.addAll(List.of("--pred", files.get(0), "--pred", files.get(1)));
        args.addAll(List.of(overrides.split(" ")).stream().filter(o -> !o.isEmpty()).toList());
        CommandLineRun.output(args.toArray());
        // The record has its own order of images; files have that of their ids.
        assertEquals(
                rows(Files.readString(shared.resolve(file))),
                rows(Files.readString(out.resolve("submission.csv"))));
    }

    /** Rows by image, each image's in their order. */
    private static List<String> rows(String text) {
        List<String> rows = new ArrayList<>(text.lines().toList());
        rows.sort((a, b) -> id(a).compareTo(id(b)));
        return rows;
    }

    private static String id(String row) {
        return row.substring(0, row.indexOf(','));
    }

    private static final List<Category> TWO = List.of(new Category(1, "a"), new Category(2, "b"));

    /** Raw predictions of images without objects, but for one object of a score in the first. */
    private Path raw(String name, List<Category> classes, List<String> images, float score)
            throws IOException {
        Path file = Files.createDirectories(folder.resolve(name)).resolve(RawPredictions.FILE);
        try (RawPredictionsWriter writer = new RawPredictionsWriter(file, classes, false)) {
            writer.add(
                    images.getFirst(),
                    new Instances(
                            40,
                            48,
                            new float[] {3, 3, 9, 9},
                            new float[] {score},
                            new int[] {0},
                            List.of(Rle.box(40, 48, 3, 3, 9, 9))));
            for (String image : images.subList(1, images.size())) {
                writer.add(image, Instances.none(40, 48));
            }
        }
        return file;
    }

    private String clash(Path first, Path second) {
        Path out = folder.resolve("clash");
        String line =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "ensemble",
                        "--pred",
                        first,
                        "--pred",
                        second,
                        "--out",
                        out);
        assertFalse(Files.exists(out.resolve("results.json")));
        return line;
    }

    @Test
    void rawPredictionsOfOtherClassesImagesOrScoresAreRefused() throws IOException {
        List<String> images = List.of("x", "y");
        Path first = raw("first", TWO, images, 0.5f);
        String classes = ": classes: expected [1 a, 2 b] as " + first + " has, got ";
        Path other = raw("names", List.of(TWO.getFirst(), new Category(2, "c")), images, 0.5f);
        assertEquals("soma: " + other + classes + "[1 a, 2 c]", clash(first, other));
        other = raw("order", TWO.reversed(), images, 0.5f);
        assertEquals("soma: " + other + classes + "[2 b, 1 a]", clash(first, other));
        other = raw("fewer", TWO.subList(0, 1), images, 0.5f);
        assertEquals("soma: " + other + classes + "[1 a]", clash(first, other));
        other = raw("more", TWO, List.of("x", "y", "z"), 0.5f);
        assertEquals(
                "soma: " + other + ": images: expected those of " + first + ", got z, too",
                clash(first, other));
        other = raw("less", TWO, List.of("x"), 0.5f);
        assertEquals(
                "soma: " + other + ": images: expected all of " + first + ", got none of y",
                clash(first, other));
        other = raw("score", TWO, images, 1.5f);
        assertEquals(
                "soma: " + other + ": image x: score: expected 0 to 1, got 1.5",
                clash(first, other));
        for (String iou : List.of("-0.1", "1.5", "NaN")) {
            String line =
                    CommandLineRun.error(
                            ExitStatus.FAILED,
                            "ensemble",
                            "--pred",
                            first,
                            "--out",
                            folder.resolve("clash"),
                            "--iou",
                            iou);
            assertTrue(line.startsWith("soma: --iou: SOMA.ENSEMBLE.IOU: expected a number"), line);
        }
    }

    @Test
    void runsOfOtherClassesAreRefused() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        PngWriter.write(images.resolve("0.png"), new Image8(40, 48, 1, new byte[40 * 48]));
        List<Path> runs = new ArrayList<>();
        for (String last : List.of("b", "c")) {
            Path run = Files.createDirectory(folder.resolve("run " + last));
            Config config = Config.load("tiny", List.of("MODEL.ROI_HEADS.NUM_CLASSES=2"));
            Files.writeString(run.resolve("config.yaml"), config.toYaml());
            try (MaskRcnn model = MaskRcnn.from(config)) {
                model.initialize(Device.cpu(), new RandomStreams(1));
                Safetensors.write(run.resolve("best.safetensors"), model.stateDict());
            }
            ClassNames.write(run, List.of(TWO.getFirst(), new Category(2, last)));
            runs.add(run);
        }
        String line =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "infer",
                        "--config",
                        runs.get(0),
                        "--config",
                        runs.get(1),
                        "--images",
                        images,
                        "--out",
                        folder.resolve("out"),
                        "--device",
                        "cpu");
        assertEquals(
                "soma: model 2, %s: classes: expected [1 a, 2 b] as model 1, %s has, got [1 a, 2 c]"
                        .formatted(runs.get(1), runs.get(0)),
                line);
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @Test
    void inferWithTwoModelsIsTheEnsembleOfTheirRawDetections() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        for (int i = 0; i < 2; i++) {
            byte[] pixels = new byte[40 * 48];
            new Random(i).nextBytes(pixels);
            PngWriter.write(images.resolve(i + ".png"), new Image8(40, 48, 1, pixels));
        }
        List<Path> weights = new ArrayList<>();
        List<Path> raws = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Path file = folder.resolve("weights" + i + ".safetensors");
            try (MaskRcnn model = MaskRcnn.from(Config.load("tiny"))) {
                model.initialize(Device.cpu(), new RandomStreams(i));
                Safetensors.write(file, model.stateDict());
            }
            weights.add(file);
            raws.add(folder.resolve("raw" + i));
            CommandLineRun.output(
                    "infer",
                    "--config",
                    "tiny",
                    "--weights",
                    file,
                    "--images",
                    images,
                    "--out",
                    raws.get(i),
                    "--formats",
                    "raw",
                    "--quiet",
                    "--device",
                    "cpu",
                    SENSITIVE);
        }
        String[] post = {"SOMA.ENSEMBLE.METHOD=wbf", "SOMA.ENSEMBLE.MASKS=average"};
        Path together = folder.resolve("together");
        CommandLineRun.output(
                "infer",
                "--config",
                "tiny",
                "--weights",
                weights.get(0),
                "--weights",
                weights.get(1),
                "--images",
                images,
                "--out",
                together,
                "--quiet",
                "--device",
                "cpu",
                "--formats",
                "coco,csv,overlay",
                post[0],
                post[1],
                SENSITIVE);
        Path fused = folder.resolve("fused");
        CommandLineRun.output(
                "ensemble",
                "--config",
                "tiny",
                "--pred",
                raws.get(0),
                "--pred",
                raws.get(1),
                "--data",
                images,
                "--out",
                fused,
                "--quiet",
                post[0],
                post[1]);
        for (String file : List.of("results.json", "submission.csv", "overlays/0.png")) {
            assertEquals(-1, Files.mismatch(together.resolve(file), fused.resolve(file)), file);
        }
        assertTrue(JSON.readTree(fused.resolve("results.json").toFile()).size() > 0);

        String error =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "infer",
                        "--config",
                        "tiny",
                        "--config",
                        "tiny",
                        "--weights",
                        weights.get(0),
                        "--images",
                        images,
                        "--out",
                        folder.resolve("x"));
        assertEquals("soma: --weights: expected none or 2, as --config, got 1", error);
        String alone =
                CommandLineRun.error(
                        ExitStatus.FAILED,
                        "ensemble",
                        "--pred",
                        raws.get(0),
                        "--pred",
                        raws.get(1),
                        "--out",
                        folder.resolve("x"),
                        "SOMA.ENSEMBLE.WEIGHTS=[1.0]");
        assertTrue(alone.contains("expected none or 2 numbers, one per model"), alone);
    }
}
