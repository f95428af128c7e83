package soma.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.tensor.Device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        Path manifest = folder.resolve("models/narrow/manifest.json");
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = (ObjectNode) json.readTree(Files.readString(manifest));
        root.remove("tta");
        root.remove("train");
        Files.writeString(manifest, json.writeValueAsString(root));
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
