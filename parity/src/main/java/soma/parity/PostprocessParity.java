package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.SubmissionWriter;
import soma.maskrcnn.ensemble.BoxSuppression;
import soma.maskrcnn.ensemble.FusedBoxes;
import soma.maskrcnn.ensemble.ModelBoxes;
import soma.maskrcnn.post.PostProcessing;
import soma.maskrcnn.post.PostStep;
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

/** The chain from two models' detections to the bytes of {@code submission.csv}. */
final class PostprocessParity {
    private final Path folder;
    private final ParityReport report;

    PostprocessParity(Path folder, ParityReport report) {
        this.folder = folder.resolve("postprocess");
        this.report = report;
    }

    void run() {
        try {
            byte[] expected = Files.readAllBytes(folder.resolve("submission.csv"));
            byte[] actual = chain(Json.read(folder.resolve("detections.json")));
            int at = Arrays.mismatch(expected, actual);
            report.holds(
                    "submission.csv",
                    expected.length + " bytes",
                    at < 0,
                    "differs from byte " + at + " on");
        } catch (IOException e) {
            throw new SomaException(folder + ": cannot read: " + e.getMessage(), e);
        }
        report.skips(
                "submission-published-script.csv",
                "the described chain alone is a setting of this version");
    }

    private static byte[] chain(JsonNode golden) throws IOException {
        List<Double> thresholds = new ArrayList<>();
        golden.required("thresholds").forEach(t -> thresholds.add(t.asDouble()));
        List<Integer> minPixels = new ArrayList<>();
        golden.required("min_pixels").forEach(n -> minPixels.add(n.asInt()));
        PostStep perModel =
                PostProcessing.from(
                        new PostConfig(thresholds, List.of(), false, false, false, false));
        PostStep together =
                PostProcessing.from(new PostConfig(List.of(), minPixels, true, true, false, false));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SubmissionWriter writer = new SubmissionWriter(bytes)) {
            for (JsonNode image : golden.required("images")) {
                int height = image.get("height").asInt();
                int width = image.get("width").asInt();
                List<Instances> models = new ArrayList<>();
                for (JsonNode model : image.get("models")) {
                    models.add(perModel.apply(instances(model, height, width)));
                }
                Instances fused = suppressed(models, golden.get("nms_iou").asDouble());
                writer.add(image.get("id").asText(), together.apply(fused).masks());
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

    /** Of both models together, by class, on boxes divided by the image's size. */
    private static Instances suppressed(List<Instances> models, double iou) {
        Instances first = models.getFirst();
        double[] size = {first.width(), first.height(), first.width(), first.height()};
        List<double[]> boxes = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        List<Integer> classes = new ArrayList<>();
        List<Rle> masks = new ArrayList<>();
        List<float[]> pixels = new ArrayList<>();
        for (Instances m : models) {
            for (int i = 0; i < m.size(); i++) {
                float[] box = Arrays.copyOfRange(m.boxes(), 4 * i, 4 * i + 4);
                double[] relative = new double[4];
                Arrays.setAll(relative, k -> box[k] / size[k]);
                boxes.add(relative);
                pixels.add(box);
                scores.add((double) m.scores()[i]);
                classes.add(m.classes()[i]);
                masks.add(m.masks().get(i));
            }
        }
        ModelBoxes all =
                new ModelBoxes(
                        boxes.toArray(double[][]::new),
                        scores.stream().mapToDouble(s -> s).toArray(),
                        classes.stream().mapToInt(k -> k).toArray());
        FusedBoxes kept = BoxSuppression.nms(List.of(all), null, iou);
        int n = kept.size();
        float[] outBoxes = new float[4 * n];
        float[] outScores = new float[n];
        List<Rle> outMasks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int from = kept.members()[i][0];
            System.arraycopy(pixels.get(from), 0, outBoxes, 4 * i, 4);
            outScores[i] = scores.get(from).floatValue();
            outMasks.add(masks.get(from));
        }
        return new Instances(
                first.height(), first.width(), outBoxes, outScores, kept.labels(), outMasks);
    }
}
