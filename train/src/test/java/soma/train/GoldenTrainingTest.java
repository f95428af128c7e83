package soma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.forward.TrainingLosses;
import soma.nn.Parameter;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Losses, gradients and 20 training steps against detectron2 on the same weights and images. Every
 * anchor and every proposal is used there, so no random choice enters.
 */
final class GoldenTrainingTest {
    /** Of the drift that rounding alone made in the libraries (golden/README.md). */
    private static final double FACTOR = 10;

    @ParameterizedTest
    @CsvSource({"r50, cpu", "r50, cpu-reference", "r50-bn, cpu", "r50-gn, cpu"})
    void firstStepHasDetectron2sLossesAndGradients(String name, String deviceName)
            throws IOException {
        Device device = Device.of(deviceName);
        try (GoldenModel golden = new GoldenModel(name, device);
                Scope _ = Scope.open("step", device)) {
            TrainingLosses losses = golden.losses();
            JsonNode expected = golden.json("losses-step0.json");
            JsonNode counts = golden.jsonLines("metrics.json").getFirst();
            List<String> wrong = new ArrayList<>();
            losses.losses()
                    .forEach(
                            (key, loss) ->
                                    compare(key, expected.get(key).asDouble(), loss.item(), wrong));
            compare(
                    "total_loss",
                    expected.get("total_loss").asDouble(),
                    losses.total().item(),
                    wrong);
            assertCounts(counts, losses.metrics());
            assertTrue(wrong.isEmpty(), () -> name + ": " + wrong);
            assertGradients(golden, Autograd.backward(losses.total()));
        }
    }

    @ParameterizedTest
    @CsvSource({"r50, cpu", "r50-bn, cpu", "r50-gn, cpu"})
    void twentyStepsFollowDetectron2(String name, String deviceName) throws IOException {
        Device device = Device.of(deviceName);
        try (GoldenModel golden = new GoldenModel(name, device);
                Solver solver = new Solver(golden.config, golden.model.parameters())) {
            List<JsonNode> expected = golden.jsonLines("metrics.json");
            List<String> wrong = new ArrayList<>();
            double tolerance = 1e-6;
            for (int i = 0; i < expected.size(); i++) {
                // What drifts apart doesn't come together again.
                tolerance = Math.max(tolerance, FACTOR * lossDrift(golden, i));
                JsonNode line = expected.get(i);
                assertEquals(line.get("lr").asDouble(), solver.rate(i), 1e-12, "lr of step " + i);
                try (Scope _ = Scope.open("step", device)) {
                    TrainingLosses losses = golden.losses();
                    Tensor total = losses.total();
                    double want = line.get("total_loss").asDouble();
                    if (!(Math.abs(total.item() - want) <= tolerance * want)) {
                        wrong.add(
                                "step %d: total_loss: expected %s, got %s"
                                        .formatted(i, want, total.item()));
                    }
                    solver.step(Autograd.backward(total), i);
                }
            }
            assertTrue(wrong.isEmpty(), () -> name + ": " + wrong);
            assertWeights(golden);
        }
    }

    private static void assertWeights(GoldenModel golden) throws IOException {
        double allowed = FACTOR * drift(golden, "weights_after_20_max_abs");
        StateDict actual = golden.model.stateDict();
        List<String> wrong = new ArrayList<>();
        golden.tensors("weights-after-20.safetensors")
                .tensors()
                .forEach(
                        (name, tensor) -> {
                            double[] e = tensor.doubles();
                            double[] a = actual.require(name).doubles();
                            for (int i = 0; i < e.length; i++) {
                                if (!(Math.abs(e[i] - a[i]) <= allowed)) {
                                    wrong.add(name + ": expected " + e[i] + ", got " + a[i]);
                                    break;
                                }
                            }
                        });
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " of the weights after 20: " + wrong);
    }

    /** The largest drift of a figure among the library's own runs. */
    private static double drift(GoldenModel golden, String figure) throws IOException {
        double worst = 0;
        for (JsonNode run : golden.json("manifest.json").get("tolerance")) {
            worst = Math.max(worst, run.path(figure).asDouble());
        }
        return worst;
    }

    private static double lossDrift(GoldenModel golden, int step) throws IOException {
        double worst = 0;
        for (JsonNode run : golden.json("manifest.json").get("tolerance")) {
            JsonNode steps = run.path("loss_relative_difference_per_step");
            worst = Math.max(worst, steps.path(step).asDouble());
        }
        return worst;
    }

    private static void compare(String key, double expected, double actual, List<String> wrong) {
        if (!(Math.abs(actual - expected) <= FACTOR * 7e-7 * Math.max(Math.abs(expected), 1e-3))) {
            wrong.add(key + ": expected " + expected + ", got " + actual);
        }
    }

    private static void assertCounts(JsonNode expected, Map<String, Double> metrics) {
        Map<String, String> names =
                Map.of(
                        "num_fg_samples", "roi_head/num_fg_samples",
                        "num_bg_samples", "roi_head/num_bg_samples",
                        "num_pos_anchors", "rpn/num_pos_anchors",
                        "num_neg_anchors", "rpn/num_neg_anchors");
        // The fixture has sums over its two images, detectron2's log and ours the mean.
        names.forEach(
                (golden, ours) ->
                        assertEquals(
                                expected.get(golden).asDouble(), 2 * metrics.get(ours), golden));
    }

    private static void assertGradients(GoldenModel golden, Gradients gradients)
            throws IOException {
        double global = drift(golden, "gradient_global_relative_l2");
        double worst = drift(golden, "gradient_max_relative_to_parameter_max");
        StateDict expected = golden.tensors("grads.safetensors");
        double difference = 0;
        double norm = 0;
        int seen = 0;
        List<String> wrong = new ArrayList<>();
        for (Parameter p : golden.model.parameters()) {
            Tensor gradient = p.trainable() ? gradients.of(p.value()) : null;
            if (!expected.contains(p.name())) {
                continue;
            }
            seen++;
            if (gradient == null) {
                wrong.add(p.name() + ": no gradient");
                continue;
            }
            float[] e = expected.get(p.name()).floats();
            float[] a = p.toHost(gradient).floats();
            double max = 0;
            double off = 0;
            for (int i = 0; i < e.length; i++) {
                max = Math.max(max, Math.abs(e[i]));
                off = Math.max(off, Math.abs((double) e[i] - a[i]));
                difference += ((double) e[i] - a[i]) * ((double) e[i] - a[i]);
                norm += (double) e[i] * e[i];
            }
            if (!(off <= FACTOR * worst * max)) {
                wrong.add(p.name() + ": off by " + off / max + " of the largest");
            }
        }
        assertEquals(expected.size(), seen, "parameters with a gradient in the fixture");
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " parameters: " + wrong);
        assertTrue(
                Math.sqrt(difference / norm) <= FACTOR * global,
                "global relative L2 " + Math.sqrt(difference / norm));
    }
}
