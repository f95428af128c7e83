package soma.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;

import java.nio.file.Files;
import java.nio.file.Path;

/** {@code trace} as a user calls it, against a trace of detectron2. */
class GoldenTraceTest {
    /** Of the largest value of a map; advised by the fixture's manifest. */
    private static final double TOLERANCE = 1e-4;

    private static final double BOX_PIXELS = 0.02;

    @Test
    void traceIsDetectron2s(@TempDir Path folder) {
        Path golden = CommandLineRun.shared().resolve("golden");
        Path model = golden.resolve("models/r50");
        assumeTrue(Files.isDirectory(model), () -> "skipped: " + model + " isn't on this machine");
        Path out = folder.resolve("trace.safetensors");

        CommandLineRun.output(
                "trace",
                "--config",
                model.resolve("config.yaml"),
                "--weights",
                model.resolve("weights.safetensors"),
                "--image",
                golden.resolve("images/84318d167a6c.png"),
                "--out",
                out,
                "--quiet",
                "INPUT.MIN_SIZE_TEST=0");

        StateDict actual = Safetensors.read(out);
        StateDict expected = Safetensors.read(model.resolve("trace-84318d167a6c.safetensors"));
        for (String name : expected.names()) {
            HostTensor e = expected.require(name);
            HostTensor a = actual.require(name);
            boolean whole = !expected.metadata().containsKey("stride." + name);
            if (name.matches("(rpn\\.(logits|deltas)\\.)?p\\d|res\\d|stem|input") && whole) {
                assertEquals(e.shape(), a.shape(), name);
                assertTrue(difference(e, a) <= TOLERANCE * largest(e), name);
            } else if (name.equals("detections.boxes")) {
                assertEquals(e.shape(), a.shape(), name);
                assertTrue(difference(e, a) <= BOX_PIXELS, name);
            } else if (name.equals("detections.classes")) {
                assertEquals(e.type(), a.type(), name);
                assertArrayEquals(e.longs(), a.longs(), name);
            }
        }
    }

    private static double difference(HostTensor expected, HostTensor actual) {
        float[] e = expected.floats();
        float[] a = actual.floats();
        double most = 0;
        for (int i = 0; i < e.length; i++) {
            most = Math.max(most, Math.abs((double) e[i] - a[i]));
        }
        return most;
    }

    private static double largest(HostTensor tensor) {
        double most = 0;
        for (float value : tensor.floats()) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }
}
