package soma.bench;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.cli.Soma;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class BenchCommandTest {
    private static final String SMALL =
            "MODEL.RESNETS.STEM_OUT_CHANNELS=8 MODEL.RESNETS.RES2_OUT_CHANNELS=16"
                    + " MODEL.RESNETS.WIDTH_PER_GROUP=8 MODEL.FPN.OUT_CHANNELS=16"
                    + " MODEL.ROI_BOX_HEAD.FC_DIM=32 MODEL.ROI_MASK_HEAD.CONV_DIM=16"
                    + " MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE=16 MODEL.ROI_HEADS.NUM_CLASSES=3"
                    + " SOMA.RESNET_BLOCKS=[1,1,1,1] MODEL.RPN.PRE_NMS_TOPK_TEST=50"
                    + " MODEL.RPN.PRE_NMS_TOPK_TRAIN=50 MODEL.RPN.POST_NMS_TOPK_TEST=20"
                    + " MODEL.RPN.POST_NMS_TOPK_TRAIN=20";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path folder;

    private int run(String line) {
        Soma soma =
                new Soma(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return soma.run(line.split(" ", -1));
    }

    private JsonNode rows(String line) throws IOException {
        Path file = folder.resolve("rows.json");
        int status = run(line + " --runs 1 --threads 2 --json " + file);
        assertEquals(0, status, err.toString(StandardCharsets.UTF_8));
        return new ObjectMapper().readTree(Files.readString(file));
    }

    private static List<String> names(JsonNode rows) {
        List<String> names = new ArrayList<>();
        rows.forEach(r -> names.add(r.get("name").asText()));
        return names;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench|2|expected gemm, conv",
                "bench gemm 3x4|2|expected MxKxN",
                "bench gemm 0x1x1|2|expected MxKxN",
                "bench gemm --size 0|2|--size: expected a positive number",
                "bench nms --boxes 0|2|--boxes: expected a positive number",
                "bench nms --groups -1|2|--groups: expected a positive number",
                "bench roi-align --boxes 0|2|--boxes: expected a positive number",
                "bench paste --masks 0|2|--masks: expected a positive number",
                "bench ensemble --boxes 0|2|--boxes: expected a positive number",
                "bench ensemble --models -1|2|--models: expected a positive number",
                "bench tune --images 0|2|--images: expected a positive number",
                "bench gemm 3x4x5 --runs 0|2|--runs: expected a positive number, got 0",
                "bench conv 8x8,3x1,9x9|2|expected \"CIxCO KxK HxW",
                "bench conv 8x8,3x3,9x9,g3|2|expected \"CIxCO KxK HxW",
                "bench model --size 7|1|--size: expected HxW",
                "bench model --batch 0|1|--batch: expected a positive number",
                "bench model --weights none.pth|1|none.pth",
                "bench model NO.KEY=1|1|NO.KEY",
                "bench train --data none.json|1|none.json",
            })
    void wrongArgumentsAreOneLine(String line, int status, String message) {
        int got = run(line);
        String text = err.toString(StandardCharsets.UTF_8);
        assertAll(
                () -> assertEquals(status, got, text),
                () -> assertTrue(text.startsWith("soma: ") && text.contains(message), text),
                () -> assertEquals(1, text.lines().count(), text));
    }

    @Test
    void aProductHasTheFieldsOfTheContract() throws IOException {
        JsonNode rows = rows("bench gemm 32x48x64");
        JsonNode row = rows.get(0);
        List<String> fields = new ArrayList<>();
        row.fieldNames().forEachRemaining(fields::add);
        assertAll(
                () -> assertEquals(1, rows.size()),
                () -> assertEquals("gemm 32x48x64", row.get("name").asText()),
                () -> assertEquals("float32", row.get("dtype").asText()),
                () -> assertEquals("cpu", row.get("device").asText()),
                () -> assertEquals(2, row.get("threads").asInt()),
                () -> assertEquals(1, row.get("runs").asInt()),
                () -> assertEquals(2.0 * 32 * 48 * 64, row.get("flops").asDouble()),
                () ->
                        assertEquals(
                                4.0 * (32 * 48 + 48 * 64 + 32 * 64), row.get("bytes").asDouble()),
                () -> assertTrue(row.get("median_s").asDouble() > 0),
                () -> assertTrue(row.get("q1_s").asDouble() <= row.get("q3_s").asDouble()),
                () -> assertTrue(row.get("peak_flops").asDouble() > 1e8),
                () -> assertTrue(row.get("peak_bytes_per_s").asDouble() > 1e7),
                () -> assertTrue(fields.contains("shape")));
    }

    @Test
    void aConvolutionIsTimedInThreeDirections() throws IOException {
        assertEquals(
                List.of(
                        "conv 8x16 3x3 9x11 s2 g4",
                        "conv-bwd-data 8x16 3x3 9x11 s2 g4",
                        "conv-bwd-filter 8x16 3x3 9x11 s2 g4"),
                names(rows("bench conv 8x16,3x3,9x11,s2,g4")));
    }

    @Test
    void inferenceHasAllItsParts() throws IOException {
        JsonNode rows = rows("bench model --size 64x96 --batch 2 --per-op " + SMALL);
        assertEquals(
                List.of(
                        "infer",
                        "infer.backbone",
                        "infer.fpn",
                        "infer.rpn",
                        "infer.box",
                        "infer.mask",
                        "infer.paste"),
                names(rows));
        double parts = 0;
        for (JsonNode row : rows) {
            parts += row.get("name").asText().equals("infer") ? 0 : row.get("min_s").asDouble();
        }
        assertTrue(parts <= rows.get(0).get("median_s").asDouble(), rows.toString());
        assertEquals("2x64x96x3", rows.get(0).get("shape").asText());
        assertTrue(rows.get(0).has("detections"), rows.toString());
        assertTrue(rows.get(1).get("flops").asDouble() > 0, rows.toString());
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("conv.forward") && text.contains("outside kernels"), text);
    }

    @Test
    void augmentationStandsBesideItsForwardPasses() throws IOException {
        JsonNode rows =
                rows(
                        "bench model --size 64x96 TEST.AUG.ENABLED=True TEST.AUG.MIN_SIZES=[0]"
                                + " SOMA.TTA.MERGE=wbf SOMA.TTA.VERTICAL_FLIP=True "
                                + SMALL);
        assertEquals(List.of("tta", "tta.detect", "tta.forwards"), names(rows).subList(7, 10));
        assertEquals(4, rows.get(7).get("variants").asInt());
        assertTrue(rows.get(7).get("over_forwards").asDouble() > 0, rows.toString());
        double parts = rows.get(8).get("min_s").asDouble() + rows.get(9).get("min_s").asDouble();
        assertTrue(parts <= rows.get(7).get("median_s").asDouble(), rows.toString());
    }

    @Test
    void ensemblesAreFusedInEachWay() throws IOException {
        List<String> expected = new ArrayList<>();
        for (String method : List.of("nms", "soft-nms", "wbf", "nmw")) {
            for (String masks : List.of("winner", "average", "vote")) {
                expected.add("ensemble " + method + " " + masks);
            }
        }
        JsonNode rows = rows("bench ensemble --boxes 12 --models 3");
        assertEquals(expected, names(rows));
        for (JsonNode row : rows) {
            assertEquals("12 of 3 models", row.get("shape").asText());
            assertEquals(12 * 28 * 28 * 4, row.get("bytes").asLong());
            assertTrue(row.get("median_s").asDouble() > 0, row.toString());
        }
        // Some models that find nothing.
        assertEquals(12, rows("bench ensemble --boxes 2 --models 3").size());
    }

    @Test
    void aTrainingStepHasAllItsParts() throws IOException {
        JsonNode rows = rows("bench train --size 64x96 --batch 1 --per-op " + SMALL);
        assertEquals(
                List.of("train", "train.forward", "train.backward", "train.optimizer"),
                names(rows));
        assertTrue(rows.get(2).get("flops").asDouble() > 0, rows.toString());
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("conv.backwardFilter"));
    }

    @Test
    void aTrainingStepWaitsForItsDeviceTwiceAnImageAndThreeTimesABatch() throws IOException {
        JsonNode rows = rows("bench train --size 32x32 --batch 2 --device emulator " + SMALL);
        assertTrue(rows.get(0).get("round_trips").asDouble() <= 2 * 2 + 3, rows.toString());
    }

    @Test
    void everyRungOfTheLadderHasItsRow() throws IOException {
        JsonNode rows = rows("bench gemm 32x16x48 --device emulator");
        List<String> rungs = new ArrayList<>();
        rows.forEach(r -> rungs.add(r.path("rung").asText("usual")));
        assertAll(
                () -> assertEquals(Set.of("gemm 32x16x48"), Set.copyOf(names(rows))),
                () ->
                        assertEquals(
                                List.of("usual", "naive", "tiled", "register", "vectorised"),
                                rungs.subList(0, 5)),
                () ->
                        assertEquals(
                                1,
                                rows.get(1).get("kernels").get(0).get("launches").asInt(),
                                rows.toString()),
                () ->
                        assertNotEquals(
                                rows.get(1).get("kernels").get(0).get("kernel"),
                                rows.get(2).get("kernels").get(0).get("kernel")));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("gemm 32x16x48 [naive]") && text.contains("emulated:"), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench conv 8x8,3x3,4x4|conv 8x8 3x3 4x4",
                "bench roi-align --boxes 1|roi-align 1x7x7x256",
                "bench nms --boxes 20|nms 20",
                "bench nms --boxes 10 --groups 3|nms 10x3",
                "bench paste --masks 1|paste 1x28x28",
            })
    void theEmulatorCountsEachKernel(String line, String name) throws IOException {
        JsonNode rows = rows(line + " --device emulator");
        assertEquals(name, rows.get(0).get("name").asText());
        for (JsonNode row : rows) {
            assertTrue(row.get("kernels").get(0).get("launches").asInt() > 0, row.toString());
            assertFalse(row.get("kernels").get(0).get("counts").isEmpty(), row.toString());
        }
    }

    @Test
    void modelsRunOnOtherDevices() throws IOException {
        JsonNode rows =
                rows(
                        "bench model --size 32x32 --batch 1 --per-op --device emulator "
                                + SMALL
                                + " MODEL.RPN.POST_NMS_TOPK_TEST=4 TEST.DETECTIONS_PER_IMAGE=2");
        assertAll(
                () ->
                        assertEquals(
                                List.of("features", "features.launches", "features.graph"),
                                names(rows).subList(7, rows.size())),
                () -> assertEquals("infer", rows.get(0).get("name").asText()),
                () -> assertEquals("emulator", rows.get(0).get("device").asText()),
                () -> assertTrue(rows.get(1).get("flops").asDouble() > 0, rows.toString()),
                () -> assertTrue(rows.get(0).get("kernels").size() > 5, rows.toString()),
                // Sizes after NMS twice and after the scores, detections, their masks, two of
                // pasting.
                () -> assertTrue(rows.get(0).get("round_trips").asDouble() <= 7, rows.toString()));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("conv.forward"));
    }
}
