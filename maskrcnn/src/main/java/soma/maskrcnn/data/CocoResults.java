package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonToken;

import soma.maskrcnn.structures.Rle;
import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The content of a COCO results file ({@code results.json}): detections in the order of the file,
 * which decides between equal scores.
 *
 * @param predictions all detections
 * @param integerImageIds whether the image ids are numbers
 */
public record CocoResults(List<Prediction> predictions, boolean integerImageIds) {
    /** Copies the list. */
    public CocoResults {
        predictions = List.copyOf(predictions);
    }

    /**
     * Reads a results file.
     *
     * @throws SomaException when it isn't a list of detections, a score isn't finite, or run
     *     lengths don't fit
     */
    public static CocoResults read(Path file) {
        return JsonCursor.read(file, json -> readList(file, json));
    }

    /** Writes the detections to {@code file}, whole or not at all. */
    public void write(Path file) {
        AtomicFiles.write(
                file,
                out -> {
                    try (CocoResultsWriter writer = new CocoResultsWriter(out, integerImageIds)) {
                        for (Prediction prediction : predictions) {
                            writer.add(prediction);
                        }
                    }
                });
    }

    /**
     * Returns the image ids that {@code dataset} doesn't have; their detections take part in no
     * evaluation.
     */
    public Set<String> unknownImages(Dataset dataset) {
        Set<String> known = new HashSet<>();
        dataset.images().forEach(image -> known.add(image.id()));
        Set<String> unknown = new TreeSet<>();
        for (Prediction prediction : predictions) {
            if (!known.contains(prediction.imageId())) {
                unknown.add(prediction.imageId());
            }
        }
        return unknown;
    }

    private static CocoResults readList(Path file, JsonCursor json) throws IOException {
        if (json.token() != JsonToken.START_ARRAY) {
            throw json.expected("a list of detections");
        }
        List<Prediction> predictions = new ArrayList<>();
        boolean integers = true;
        while (json.next() != JsonToken.END_ARRAY) {
            json.requireObject();
            String imageId = null;
            Long category = null;
            double score = Double.NaN;
            double[] bbox = null;
            Rle mask = null;
            String field;
            while ((field = json.nextField()) != null) {
                switch (field) {
                    case "image_id" -> {
                        imageId = json.idText();
                        integers &= json.isInteger();
                    }
                    case "category_id" -> category = json.integer();
                    case "score" -> score = json.number();
                    case "bbox" -> bbox = json.isNull() ? null : box(json);
                    case "segmentation" -> mask = mask(file, json, predictions.size());
                    default -> json.skip();
                }
            }
            if (imageId == null) {
                throw json.missing("image_id");
            }
            if (category == null) {
                throw json.missing("category_id");
            }
            if (!Double.isFinite(score)) {
                throw json.missing("score");
            }
            if (bbox == null && mask == null) {
                throw json.missing("bbox or segmentation");
            }
            predictions.add(new Prediction(imageId, category, score, bbox, mask));
        }
        return new CocoResults(predictions, integers);
    }

    private static double[] box(JsonCursor json) throws IOException {
        double[] box = json.numbers();
        if (box.length == 0) {
            // pycocotools takes an empty list for no box.
            return null;
        }
        if (box.length != 4) {
            throw json.expected("4 numbers");
        }
        return box;
    }

    private static Rle mask(Path file, JsonCursor json, int index) throws IOException {
        RawSegmentation raw = RawSegmentation.read(json);
        try {
            return switch (raw) {
                case null -> null;
                case RawSegmentation.Compressed c ->
                        Rle.fromCocoString(c.height(), c.width(), c.counts());
                case RawSegmentation.Uncompressed u -> Rle.of(u.height(), u.width(), u.counts());
                case RawSegmentation.Rings r -> throw json.expected("run lengths");
            };
        } catch (SomaException e) {
            if (raw instanceof RawSegmentation.Rings) {
                throw e;
            }
            throw new SomaException(file + ": " + index + "/segmentation: " + e.getMessage(), e);
        }
    }
}
