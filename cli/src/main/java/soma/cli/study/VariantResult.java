package soma.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a variant reached.
 *
 * @param perImage competition score of each image, in the data set's order
 * @param maskAp COCO's AP of the masks; NaN where the model has other classes than the images
 * @param trainSeconds of its own training; NaN without one
 * @param inferSeconds for each image
 * @param peakMb memory in MiB; NaN where the system can't tell
 */
record VariantResult(
        Map<String, Double> perImage,
        double maskAp,
        double trainSeconds,
        double inferSeconds,
        double peakMb) {
    private static final ObjectMapper JSON = new ObjectMapper();

    VariantResult {
        perImage = Collections.unmodifiableMap(new LinkedHashMap<>(perImage));
    }

    /** Scores of the images, in their order. */
    double[] scores() {
        return perImage.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    void write(Path file) {
        ObjectNode json = JSON.createObjectNode();
        put(json, "mask_ap", maskAp);
        put(json, "train_seconds", trainSeconds);
        put(json, "infer_seconds_per_image", inferSeconds);
        put(json, "peak_mb", peakMb);
        ObjectNode images = json.putObject("per_image");
        perImage.forEach(images::put);
        AtomicFiles.writeString(file, json.toPrettyString() + "\n");
    }

    private static void put(ObjectNode json, String key, double value) {
        if (Double.isNaN(value)) {
            json.putNull(key);
        } else {
            json.put(key, value);
        }
    }

    static VariantResult read(Path file) {
        try {
            JsonNode json = JSON.readTree(file.toFile());
            Map<String, Double> images = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> image : json.path("per_image").properties()) {
                images.put(image.getKey(), image.getValue().asDouble());
            }
            return new VariantResult(
                    images,
                    number(json, "mask_ap"),
                    number(json, "train_seconds"),
                    number(json, "infer_seconds_per_image"),
                    number(json, "peak_mb"));
        } catch (IOException e) {
            throw new SomaException(file + ": result: expected what a study wrote, got less", e);
        }
    }

    private static double number(JsonNode json, String key) {
        return json.path(key).asDouble(Double.NaN);
    }
}
