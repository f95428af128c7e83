package soma.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.tensor.Device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Whole models on Soma's PTX alone, run by the emulator, against what detectron2 and torchvision
 * recorded: every traced tensor, the detections, and a training step's losses and gradients.
 *
 * <p>The rest of the bundled models (test-time augmentation, twenty training steps) agrees, too,
 * but takes minutes: {@code soma parity parity/src/test/resources/golden --device emulator}.
 */
class EmulatorParityTest {
    @TempDir private Path folder;

    @Test
    void aTraceAgrees() throws IOException {
        copy("images");
        copy("models/narrow");
        editManifest(root -> root.remove(List.of("tta", "train")));
        for (String file : List.of("tta-drawn.json", "tta-drawn-resized.json")) {
            Files.delete(folder.resolve("models/narrow").resolve(file));
        }
        for (String part : List.of("train", "train-empty", "train-none")) {
            delete(folder.resolve("models/narrow").resolve(part));
        }
        assertAgrees("models/narrow/drawn");
    }

    @Test
    void theOtherFlavourAndATrainingStepAgree() throws IOException {
        copy("images");
        copy("models/narrow-tv");
        assertAgrees("models/narrow-tv/drawn", "models/narrow-tv/train");
    }

    /**
     * Losses of the recorded training when products and convolutions multiply in less than float32,
     * beside the library's in float32. A proposal whose overlap lies near a threshold may change
     * sides, and the losses are then those of another sample: hence a bound for the typical step
     * and a wider one for every step.
     *
     * <p>{@code -Dsoma.precision.steps=20} runs the whole record; docs/cuda.md has its figures.
     */
    @ParameterizedTest
    @CsvSource({"tf32, 0.002, 0.13, 0.05", "bf16, 0.02, 0.14, 0.1"})
    void trainingInLowerPrecisionStaysNear(
            String precision, double typical, double largest, double gradients) throws IOException {
        copy("models/narrow");
        trainingAlone();
        int steps = Integer.getInteger("soma.precision.steps", 5);
        Path run = folder.resolve("models/narrow/train");
        List<String> recorded = Files.readAllLines(run.resolve("metrics.json"));
        Files.write(run.resolve("metrics.json"), recorded.subList(0, steps));
        Files.delete(run.resolve("weights-after-20.safetensors"));
        Files.writeString(
                run.resolve("config.yaml"),
                "SOMA:\n  PRECISION: " + precision + "\n",
                StandardOpenOption.APPEND);
        List<Row> rows =
                Parity.run(folder.resolve("models"), Device.of("emulator"), _ -> true).rows();
        double[] off =
                rows.stream()
                        .filter(row -> row.name().endsWith(" losses, relative"))
                        .mapToDouble(Row::maxAbsolute)
                        .sorted()
                        .toArray();
        assertEquals(steps, off.length);
        assertTrue(off[steps / 2] <= typical, () -> Arrays.toString(off));
        assertTrue(off[steps - 1] <= largest, () -> Arrays.toString(off));
        // Float32 itself is nearer by far: otherwise the precision has not reached the device.
        assertTrue(off[0] > 1e-5, () -> Arrays.toString(off));
        double gradient =
                rows.stream()
                        .filter(row -> row.name().equals("all gradients, relative L2"))
                        .mapToDouble(Row::maxAbsolute)
                        .sum();
        assertTrue(gradient > 1e-5 && gradient <= gradients, () -> "gradients " + gradient);
    }

    /** Leaves nothing of the narrow model but its first training run. */
    private void trainingAlone() throws IOException {
        Path model = folder.resolve("models/narrow");
        editManifest(
                root -> {
                    root.remove(List.of("tta", "traces"));
                    root.putArray("train").add("train/manifest.json");
                });
        for (String part : List.of("train-empty", "train-none")) {
            delete(model.resolve(part));
        }
    }

    private void editManifest(Consumer<ObjectNode> edit) throws IOException {
        Path manifest = folder.resolve("models/narrow/manifest.json");
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = (ObjectNode) json.readTree(Files.readString(manifest));
        edit.accept(root);
        Files.writeString(manifest, json.writeValueAsString(root));
    }

    private void assertAgrees(String... groups) {
        List<Row> rows =
                Parity.run(folder.resolve("models"), Device.of("emulator"), _ -> true).rows();
        assertEquals(List.of(), rows.stream().filter(Row::failed).toList());
        for (String group : groups) {
            long compared = rows.stream().filter(row -> row.group().equals(group)).count();
            assertTrue(compared > 30, group + ": " + compared + " rows");
        }
    }

    private void copy(String part) throws IOException {
        Path from = ParityTest.bundled().resolve(part);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = folder.resolve(part).resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private static void delete(Path part) throws IOException {
        try (Stream<Path> files = Files.walk(part)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
