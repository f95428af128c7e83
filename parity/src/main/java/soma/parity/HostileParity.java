package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Rle;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Files of all formats, good, damaged and malicious: the expected values, or a named error. */
final class HostileParity {
    /** Refusing a file takes milliseconds; this is for a busy machine. */
    private static final double SECONDS = 5;

    private final Path folder;
    private final ParityReport report;

    HostileParity(Path folder, ParityReport report) {
        this.folder = folder;
        this.report = report;
    }

    /** Reads a file and compares it; returns what is wrong, or nothing. */
    @FunctionalInterface
    private interface Reading {
        String check(Path file, JsonNode expectation) throws IOException;
    }

    void images() {
        Path images = folder.resolve("images");
        each(images, expectations(images), "", this::image);
    }

    void run() {
        Path hostile = folder.resolve("hostile");
        SortedMap<String, Reading> kinds =
                new TreeMap<>(
                        Map.of(
                                "checkpoints/", HostileParity::weights,
                                "safetensors/", HostileParity::weights,
                                "coco/", HostileParity::coco,
                                "csv/", HostileParity::csv));
        JsonNode expectations = expectations(hostile);
        kinds.forEach((prefix, reading) -> each(hostile, expectations, prefix, reading));
        for (String file : Json.names(expectations)) {
            if (kinds.keySet().stream().noneMatch(file::startsWith)) {
                report.skips(file, "nothing that this harness knows");
            }
        }
    }

    private static JsonNode expectations(Path root) {
        return Json.read(root.resolve("expectations.json"));
    }

    private void each(Path root, JsonNode expectations, String prefix, Reading reading) {
        for (Map.Entry<String, JsonNode> e : expectations.properties()) {
            if (e.getKey().startsWith(prefix) && report.wants(e.getKey())) {
                String wrong = check(root.resolve(e.getKey()), e.getValue(), reading);
                String ok = e.getValue().required("ok").asText();
                String shape = ok.equals("true") ? "good" : ok.equals("false") ? "bad" : "either";
                report.holds(e.getKey(), shape, wrong.isEmpty(), wrong);
            }
        }
    }

    private static String check(Path file, JsonNode expectation, Reading reading) {
        String ok = expectation.required("ok").asText();
        long start = System.nanoTime();
        String wrong;
        try {
            String values = reading.check(file, expectation);
            wrong = ok.equals("false") ? "was read: " + expectation.path("why").asText() : values;
        } catch (SomaException refused) {
            String message = String.valueOf(refused.getMessage());
            boolean named = message.contains(file.getFileName().toString());
            if (ok.equals("true")) {
                wrong = "was refused: " + message;
            } else {
                wrong = named && message.lines().count() == 1 ? "" : "unclear error: " + message;
            }
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError broken) {
            wrong = "broke: " + broken;
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (wrong.isEmpty() && seconds > SECONDS) {
            wrong = "took " + seconds + " s";
        }
        String forbidden = expectation.path("must_not_create").asText("");
        if (!forbidden.isEmpty() && Files.exists(Path.of(forbidden))) {
            wrong = "made the file " + forbidden;
        }
        return wrong;
    }

    private static String weights(Path file, JsonNode expectation) {
        StateDict dict = ModelFile.inDetectron2Names(Checkpoints.read(file), false);
        dict.tensors().values().forEach(HostTensor::doubles);
        if (!expectation.has("expected")) {
            return "";
        }
        // Paths of expectations are relative to the folder above the file's.
        Path folder = file.getParent().getParent();
        StateDict expected = Checkpoints.read(folder.resolve(expectation.get("expected").asText()));
        if (expected.size() != dict.size()) {
            return "expected " + expected.names() + ", got " + dict.names();
        }
        for (Map.Entry<String, HostTensor> e : expected.tensors().entrySet()) {
            HostTensor got = dict.get(e.getKey());
            if (got == null || !e.getValue().sameBits(got)) {
                return e.getKey() + ": expected " + e.getValue() + ", got " + got;
            }
        }
        return "";
    }

    private static Dataset read(Path file, DatasetFormat format) {
        return DatasetReader.read(file, Optional.of(file.getParent()), Optional.of(format))
                .requireSound();
    }

    private static List<Rle> masks(Dataset dataset) {
        List<Rle> out = new ArrayList<>();
        for (ImageRecord image : dataset.images()) {
            for (Annotation a : image.annotations()) {
                out.add(a.segmentation().toRle(image.height(), image.width()));
            }
        }
        return out;
    }

    private static String coco(Path file, JsonNode expectation) {
        int got = masks(read(file, DatasetFormat.COCO)).size();
        int expected = expectation.path("annotations").asInt();
        return got == expected ? "" : "expected " + expected + " annotations, got " + got;
    }

    private static String csv(Path file, JsonNode expectation) {
        int[] areas = masks(read(file, DatasetFormat.CSV)).stream().mapToInt(Rle::area).toArray();
        int[] expected = Json.ints(expectation.path("areas"));
        return Arrays.equals(areas, expected)
                ? ""
                : "expected areas "
                        + Arrays.toString(expected)
                        + (", got " + Arrays.toString(areas));
    }

    private String image(Path file, JsonNode expectation) throws IOException {
        Image8 image = ImageReader.readBgr(file);
        if (!expectation.has("expected")) {
            return "";
        }
        byte[] expected =
                Files.readAllBytes(
                        folder.resolve("images").resolve(expectation.get("expected").asText()));
        if (image.height() != expectation.required("height").asInt()
                || image.width() != expectation.required("width").asInt()
                || image.pixels().length != expected.length) {
            return "size " + image.height() + "x" + image.width();
        }
        int largest = 0;
        long sum = 0;
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((expected[i] & 0xff) - (image.pixels()[i] & 0xff));
            largest = Math.max(largest, difference);
            sum += difference;
        }
        double mean = (double) sum / expected.length;
        boolean fits =
                largest <= expectation.required("max_abs_diff").asInt()
                        && mean <= expectation.path("mean_abs_diff").asDouble(1);
        return fits ? "" : "largest difference " + largest + ", mean " + mean;
    }
}
