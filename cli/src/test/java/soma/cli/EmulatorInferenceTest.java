package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code soma infer} on the emulated CUDA backend finds what it finds on the CPU, with test-time
 * augmentation as well.
 */
class EmulatorInferenceTest {
    /** The narrow model of the bundled fixtures, and the image that they are of. */
    private static final Path GOLDEN = Path.of("../parity/src/test/resources/golden");

    /** Of scores, which are float32 and come from sums in another order. */
    private static final double CLOSE = 1e-5;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TEST.AUG.ENABLED=False",
                "TEST.AUG.ENABLED=True TEST.AUG.MIN_SIZES=[56] TEST.AUG.FLIP=False"
                        + " SOMA.TTA.ROTATE_90=True SOMA.TTA.MERGE=nms"
            })
    void theSameCellsAreFound(String settings) throws IOException {
        JsonNode expected = infer("cpu", settings);
        JsonNode actual = infer("emulator", settings);
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

    private JsonNode infer(String device, String settings) throws IOException {
        Path model = GOLDEN.resolve("models/narrow");
        Path out = folder.resolve(device);
        List<String> arguments = new ArrayList<>();
        Collections.addAll(arguments, "infer", "--device", device);
        Collections.addAll(arguments, "--config", model.resolve("config.yaml").toString());
        Collections.addAll(arguments, "--weights", model.resolve("weights.safetensors").toString());
        Collections.addAll(arguments, "--images", GOLDEN.resolve("images/drawn.png").toString());
        Collections.addAll(arguments, "--formats", "coco", "--out", out.toString());
        arguments.add("SOMA.RESNET_BLOCKS=[1,1,1,1]");
        Collections.addAll(arguments, settings.split(" "));
        CommandLineRun.output(arguments.toArray());
        return new ObjectMapper().readTree(Files.readString(out.resolve("results.json")));
    }
}
