package soma.nn.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import soma.nn.SharedFiles;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Damaged and malicious weight files are refused quickly, cheaply, and by name; good ones read. */
class HostileCheckpointTest {
    private static final long MOST_BYTES = 48L << 20;

    @TestFactory
    Stream<DynamicTest> safetensors() throws IOException {
        return cases("safetensors/", ".safetensors");
    }

    @TestFactory
    Stream<DynamicTest> torch() throws IOException {
        return cases("checkpoints/", ".pth");
    }

    @TestFactory
    Stream<DynamicTest> pickles() throws IOException {
        return cases("checkpoints/", ".pkl");
    }

    private static Stream<DynamicTest> cases(String folder, String extension) throws IOException {
        Path root = SharedFiles.require("golden/data/hostile");
        JsonNode all = new ObjectMapper().readTree(root.resolve("expectations.json").toFile());
        List<Map.Entry<String, JsonNode>> chosen =
                all.properties().stream()
                        .filter(e -> e.getKey().startsWith(folder))
                        .filter(e -> e.getKey().endsWith(extension))
                        .toList();
        assertFalse(chosen.isEmpty());
        return chosen.stream()
                .map(
                        e ->
                                DynamicTest.dynamicTest(
                                        e.getKey(), () -> check(root, e.getKey(), e.getValue())));
    }

    private static void check(Path root, String name, JsonNode expectation) throws IOException {
        Path file = root.resolve(name);
        JsonNode ok = expectation.get("ok");
        if (ok.isBoolean() && ok.booleanValue()) {
            StateDict dict = Checkpoints.read(file);
            // Caffe2's names and class order are the detection model's matter, and tested there.
            if (expectation.has("expected") && dict.naming() != StateDict.Naming.CAFFE2) {
                assertSame(
                        Safetensors.read(root.resolve(expectation.get("expected").textValue())),
                        dict);
            }
            dict.tensors().values().forEach(HostTensor::doubles);
        } else if (ok.isBoolean()) {
            assertRefused(file);
        } else {
            assertReadOrRefused(file);
        }
    }

    private static void assertReadOrRefused(Path file) {
        try {
            assertTrue(Checkpoints.read(file).size() > 0, "read as a file of nothing");
        } catch (CheckpointException e) {
            assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        }
    }

    private static void assertRefused(Path file) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        CheckpointException e =
                assertThrows(CheckpointException.class, () -> Checkpoints.read(file));
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        double seconds = (System.nanoTime() - start) * 1e-9;
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(bytes < MOST_BYTES, bytes + " bytes allocated");
        assertTrue(seconds < 5, seconds + " s");
    }

    private static void assertSame(StateDict expected, StateDict actual) {
        assertEquals(expected.names(), actual.names());
        expected.tensors()
                .forEach(
                        (name, t) ->
                                assertTrue(
                                        t.sameBits(actual.get(name)),
                                        name + ": " + t + ", got " + actual.get(name)));
    }
}
