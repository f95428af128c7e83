package soma.maskrcnn.post;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.SubmissionWriter;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

class PostProcessingTest {
    private static final PostConfig NONE =
            new PostConfig(List.of(), List.of(), false, false, false, false);

    /** The published chain, from two models' detections to the exact bytes of the submission. */
    @Test
    void theChainGivesTheGoldenSubmission() throws IOException {
        JsonNode golden = SharedFiles.json("golden/data/postprocess/detections.json");
        byte[] expected =
                Files.readAllBytes(SharedFiles.require("golden/data/postprocess/submission.csv"));
        List<Double> thresholds = new ArrayList<>();
        golden.get("thresholds").forEach(t -> thresholds.add(t.asDouble()));
        List<Integer> minPixels = new ArrayList<>();
        golden.get("min_pixels").forEach(n -> minPixels.add(n.asInt()));
        PostStep perModel =
                PostProcessing.from(
                        new PostConfig(thresholds, List.of(), false, false, false, false));
        PostStep together =
                PostProcessing.from(new PostConfig(List.of(), minPixels, true, true, false, false));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SubmissionWriter writer = new SubmissionWriter(bytes)) {
            for (JsonNode image : golden.get("images")) {
                List<Instances> models = new ArrayList<>();
                image.get("models").forEach(m -> models.add(perModel.apply(instances(m))));
                Instances fused = nms(models, golden.get("nms_iou").asDouble());
                writer.add(image.get("id").asText(), together.apply(fused).masks());
            }
        }
        assertArrayEquals(expected, bytes.toByteArray());
    }

    private static final int HEIGHT = 520;
    private static final int WIDTH = 704;

    private static Instances instances(JsonNode model) {
        int n = model.get("scores").size();
        float[] boxes = new float[4 * n];
        float[] scores = new float[n];
        int[] classes = new int[n];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 4; k++) {
                boxes[4 * i + k] = (float) model.get("boxes_xyxy").get(i).get(k).asDouble();
            }
            scores[i] = (float) model.get("scores").get(i).asDouble();
            classes[i] = model.get("classes").get(i).asInt();
            masks.add(counts(model, i));
        }
        return new Instances(HEIGHT, WIDTH, boxes, scores, classes, masks);
    }

    private static Rle counts(JsonNode model, int i) {
        JsonNode mask = model.get("masks").get(i);
        return Rle.fromCocoString(
                HEIGHT, WIDTH, mask.isTextual() ? mask.asText() : mask.get("counts").asText());
    }

    /** Greedy suppression per class on boxes divided by the image's size. */
    private static Instances nms(List<Instances> models, double limit) {
        Instances all = concatenated(models);
        int[] order =
                IntStream.range(0, all.size())
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -all.scores()[i]))
                        .mapToInt(i -> i)
                        .toArray();
        List<Integer> kept = new ArrayList<>();
        for (int i : order) {
            boolean free =
                    kept.stream()
                            .noneMatch(
                                    k ->
                                            all.classes()[k] == all.classes()[i]
                                                    && iou(all.boxes(), k, i) > limit);
            if (free) {
                kept.add(i);
            }
        }
        return all.select(kept.stream().mapToInt(i -> i).toArray());
    }

    private static Instances concatenated(List<Instances> models) {
        int n = models.stream().mapToInt(Instances::size).sum();
        float[] boxes = new float[4 * n];
        float[] scores = new float[n];
        int[] classes = new int[n];
        List<Rle> masks = new ArrayList<>();
        int at = 0;
        for (Instances m : models) {
            System.arraycopy(m.boxes(), 0, boxes, 4 * at, 4 * m.size());
            System.arraycopy(m.scores(), 0, scores, at, m.size());
            System.arraycopy(m.classes(), 0, classes, at, m.size());
            masks.addAll(m.masks());
            at += m.size();
        }
        return new Instances(HEIGHT, WIDTH, boxes, scores, classes, masks);
    }

    private static double iou(float[] b, int i, int j) {
        double w = Math.min(b[4 * i + 2], b[4 * j + 2]) - Math.max(b[4 * i], b[4 * j]);
        double h = Math.min(b[4 * i + 3], b[4 * j + 3]) - Math.max(b[4 * i + 1], b[4 * j + 1]);
        double shared = Math.max(0, w / WIDTH) * Math.max(0, h / HEIGHT);
        return shared / (area(b, i) + area(b, j) - shared);
    }

    private static double area(float[] b, int i) {
        return (double) (b[4 * i + 2] - b[4 * i]) / WIDTH * (b[4 * i + 3] - b[4 * i + 1]) / HEIGHT;
    }

    /** Three objects of classes 1, 0, 1: a ring, a square over it, and a small one apart. */
    private static Instances three() {
        Rle ring = Rle.box(9, 9, 0, 0, 5, 5).subtract(Rle.box(9, 9, 1, 1, 4, 4));
        Rle square = Rle.box(9, 9, 2, 0, 3, 9);
        Rle small = Rle.box(9, 9, 7, 7, 9, 8);
        return new Instances(
                9,
                9,
                new float[] {0, 0, 5, 5, 2, 0, 3, 9, 7, 7, 9, 8},
                new float[] {0.75f, 0.5f, 0.25f},
                new int[] {1, 0, 1},
                List.of(ring, square, small));
    }

    @ParameterizedTest
    @CsvSource({
        // thresholds, min pixels, majority, overlaps, holes, parts: areas that are left
        "'', '', false, false, false, false, '16 9 2'",
        "'0.5 0.26', '', false, false, false, false, '16 9'",
        "'0.51 0.25', '', false, false, false, false, '16 2'",
        "'', '', true, false, false, false, '16 2'",
        "'', '9 3', false, false, false, false, '16 9'",
        "'', '10 2', false, false, false, false, '16 2'",
        "'', '', false, false, true, false, '25 9 2'",
        "'', '', false, true, false, false, '16 7 2'",
        "'', '8 1', false, true, false, false, '16 2'",
        "'', '', false, true, true, false, '25 4 2'",
        "'', '', false, true, false, true, '16 4 2'",
        "'1 1', '', true, true, true, true, ''",
    })
    void stepsLeave(
            String thresholds,
            String minPixels,
            boolean majority,
            boolean overlaps,
            boolean holes,
            boolean parts,
            String areas) {
        PostConfig config =
                new PostConfig(
                        words(thresholds).map(Double::valueOf).toList(),
                        words(minPixels).map(Integer::valueOf).toList(),
                        majority,
                        overlaps,
                        holes,
                        parts);
        Instances left = PostProcessing.from(config).apply(three());
        assertEquals(
                words(areas).map(Integer::valueOf).toList(),
                left.masks().stream().map(Rle::area).toList());
        assertEquals(left.size(), left.boxes().length / 4);
    }

    private static java.util.stream.Stream<String> words(String text) {
        return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty());
    }

    @Test
    void nothingIsConfiguredAndNothingChanges() {
        Instances before = three();
        assertEquals(before, PostProcessing.from(NONE).apply(before));
    }

    @Test
    void nothingLeavesNothing() {
        PostConfig all = new PostConfig(List.of(0.3), List.of(9), true, true, true, true);
        assertEquals(0, PostProcessing.from(all).apply(three().select(new int[0])).size());
    }
}
