package soma.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;

import java.io.IOException;
import java.nio.file.Path;

/** {@code convert weights} and {@code inspect}. */
class WeightsCommandsTest {
    @TempDir private Path folder;
    private Path weights;

    @BeforeEach
    void write() {
        weights = folder.resolve("w.safetensors");
        StateDict dict = new StateDict("test");
        dict.put("roi_heads.box_predictor.cls_score.bias", HostTensor.of(new float[] {1, 2, 3}, 3));
        // Singular values 5 and 2.
        dict.put(
                "proposal_generator.rpn_head.conv.weight",
                HostTensor.of(new float[] {3, 4, 1.6f, -1.2f}, 2, 2, 1, 1));
        dict.put(
                "backbone.bottom_up.res3.1.conv2.norm.bias",
                HostTensor.of(new float[] {0, Float.NaN}, 2));
        Checkpoints.write(weights, dict);
    }

    @Test
    void namesAndClassOrderFollowTheScheme() {
        Path there = folder.resolve("tv.pth");
        Path back = folder.resolve("back.safetensors");
        CommandLineRun.output(
                "convert", "weights", weights, there, "--names", "torchvision", "--quiet");
        StateDict theirs = Checkpoints.read(there);
        assertEquals(3, theirs.get("roi_heads.box_predictor.cls_score.bias").floats()[0]);
        assertTrue(theirs.contains("rpn.head.conv.0.0.weight"), theirs.names().toString());
        assertTrue(theirs.contains("backbone.body.layer2.1.bn2.bias"));
        CommandLineRun.output(
                "convert", "weights", there, back, "--names", "detectron2", "--quiet");
        assertEquals(
                "3 tensors identical, 0 different\n",
                CommandLineRun.output("inspect", weights, back));
    }

    @Test
    void inspectShowsStatisticsAndSpectra() throws IOException {
        Path json = folder.resolve("report.json");
        String text = CommandLineRun.output("inspect", weights, "--json", json);
        assertTrue(text.contains("1 elements are not finite"), text);
        assertTrue(text.contains("3 tensors, 9 elements, 36 bytes"), text);
        JsonNode conv =
                new ObjectMapper()
                        .readTree(json.toFile())
                        .get("tensors")
                        .get("proposal_generator.rpn_head.conv.weight");
        assertEquals(5, conv.get("singular_values").get(0).asDouble(), 1e-6);
        assertEquals(2, conv.get("singular_values").get(1).asDouble(), 1e-6);
        assertEquals(29.0 / 25, conv.get("stable_rank").asDouble(), 1e-6);
        assertEquals(1.85, conv.get("mean").asDouble(), 1e-6);
    }

    @Test
    void inspectComparesTwoFiles() {
        StateDict changed = new StateDict("changed");
        Checkpoints.read(weights).tensors().forEach(changed::put);
        changed.put(
                "roi_heads.box_predictor.cls_score.bias",
                HostTensor.of(new float[] {1, 2, 3.5f}, 3));
        changed.put("more", HostTensor.of(new float[1], 1));
        Path other = folder.resolve("other.pth");
        Checkpoints.write(other, changed);
        String text = CommandLineRun.output("inspect", weights, other);
        assertTrue(text.contains("largest difference 0.5000, relative L2 0.1336, 1 of 3"), text);
        assertTrue(text.contains("more: only in " + other), text);
        assertTrue(text.endsWith("2 tensors identical, 2 different\n"), text);
    }

    @Test
    void anUnknownEndingIsRefusedInOneLine() {
        String error =
                CommandLineRun.error(
                        ExitStatus.FAILED, "convert", "weights", weights, folder.resolve("x.bin"));
        assertTrue(error.contains("expected .safetensors or .pth, got x.bin"), error);
        CommandLineRun.error(ExitStatus.USAGE, "convert");
    }
}
