package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.SubmissionWriter;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** From two models' detections to the bytes of both submissions, by the sartorius preset. */
final class PostprocessParity {
    /** How the published script differs from its description. */
    private static final List<String> PUBLISHED_SCRIPT =
            List.of(
                    "SOMA.POST.SCORE_THRESHOLD_CLASS=majority",
                    "SOMA.POST.MAJORITY_CLASS=False",
                    "SOMA.POST.MIN_PIXELS_CLASS=majority");

    private final Path folder;
    private final ParityReport report;

    PostprocessParity(Path folder, ParityReport report) {
        this.folder = folder.resolve("postprocess");
        this.report = report;
    }

    void run() {
        compare("submission.csv", List.of());
        compare("submission-published-script.csv", PUBLISHED_SCRIPT);
    }

    private void compare(String file, List<String> variant) {
        try {
            byte[] expected = Files.readAllBytes(folder.resolve(file));
            byte[] actual = submission(Json.read(folder.resolve("detections.json")), variant);
            int at = Arrays.mismatch(expected, actual);
            report.holds(
                    file, expected.length + " bytes", at < 0, "differs from byte " + at + " on");
        } catch (IOException e) {
            throw new SomaException(folder + ": cannot read: " + e.getMessage(), e);
        }
    }

    private static byte[] submission(JsonNode golden, List<String> variant) throws IOException {
        List<String> settings = new ArrayList<>(variant);
        settings.add("SOMA.POST.SCORE_THRESHOLDS=" + golden.required("thresholds"));
        settings.add("SOMA.POST.MIN_PIXELS=" + golden.required("min_pixels"));
        settings.add("SOMA.ENSEMBLE.IOU=" + golden.required("nms_iou"));
        PredictionChain chain = PredictionChain.from(Config.load("sartorius_r50", settings), 2);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SubmissionWriter writer = new SubmissionWriter(bytes)) {
            for (JsonNode image : golden.required("images")) {
                int height = image.get("height").asInt();
                int width = image.get("width").asInt();
                List<Instances> models = new ArrayList<>();
                for (JsonNode model : image.get("models")) {
                    models.add(instances(model, height, width));
                }
                writer.add(image.get("id").asText(), chain.apply(models).masks());
            }
        }
        return bytes.toByteArray();
    }

    private static Instances instances(JsonNode model, int height, int width) {
        int n = model.get("scores").size();
        float[] boxes = new float[4 * n];
        float[] scores = new float[n];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 4; k++) {
                boxes[4 * i + k] = (float) model.get("boxes_xyxy").get(i).get(k).asDouble();
            }
            scores[i] = (float) model.get("scores").get(i).asDouble();
            JsonNode mask = model.get("masks").get(i);
            String counts = mask.isTextual() ? mask.asText() : mask.get("counts").asText();
            masks.add(Rle.fromCocoString(height, width, counts));
        }
        int[] classes = Json.ints(model.get("classes"));
        return new Instances(height, width, boxes, scores, classes, masks);
    }
}
