package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code soma infer} on the emulated CUDA backend finds what it finds on the CPU. */
class EmulatorInferenceTest {
    /** The narrow model of the bundled fixtures, and the image that they are of. */
    private static final Path GOLDEN = Path.of("../parity/src/test/resources/golden");

    /** Of scores, which are float32 and come from sums in another order. */
    private static final double CLOSE = 1e-5;

    @TempDir private Path folder;

    @Test
    void theSameCellsAreFound() throws IOException {
        JsonNode expected = infer("cpu");
        JsonNode actual = infer("emulator");
        assertTrue(expected.size() > 3, expected.size() + " found");
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            for (String field : new String[] {"category_id", "segmentation"}) {
                assertEquals(expected.get(i).get(field), actual.get(i).get(field), field + " " + i);
            }
            assertEquals(
                    expected.get(i).get("score").asDouble(),
                    actual.get(i).get("score").asDouble(),
                    CLOSE);
        }
    }

    private JsonNode infer(String device) throws IOException {
        Path model = GOLDEN.resolve("models/narrow");
        Path out = folder.resolve(device);
        CommandLineRun.output(
                "infer",
                "--device",
                device,
                "--config",
                model.resolve("config.yaml").toString(),
                "--weights",
                model.resolve("weights.safetensors").toString(),
                "--images",
                GOLDEN.resolve("images/drawn.png").toString(),
                "--formats",
                "coco",
                "--out",
                out.toString(),
                "SOMA.RESNET_BLOCKS=[1,1,1,1]");
        return new ObjectMapper().readTree(Files.readString(out.resolve("results.json")));
    }
}
