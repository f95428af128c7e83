package soma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.optim.OptimizedParameter;
import soma.tensor.SomaException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** From the configuration to the rates of an iteration and of each parameter. */
final class SolverTest {
    /** The rate factor of every trained parameter by name. */
    private static Map<String, OptimizedParameter> trained(String... overrides) {
        Config config = TinyRun.config(overrides);
        try (MaskRcnn model = MaskRcnn.from(config);
                Solver solver = new Solver(config, model.namedParameters())) {
            Map<String, OptimizedParameter> out = new LinkedHashMap<>();
            model.namedParameters()
                    .forEach(
                            (name, p) ->
                                    solver.optimizer().parameters().stream()
                                            .filter(o -> o.parameter() == p)
                                            .forEach(o -> out.put(name, o)));
            return out;
        }
    }

    @Test
    void biasesHaveTheirOwnRateAndDecay() {
        trained("SOLVER.BIAS_LR_FACTOR=2", "SOLVER.WEIGHT_DECAY_BIAS=0.5")
                .forEach(
                        (name, o) -> {
                            boolean bias = name.endsWith(".bias");
                            assertEquals(bias ? 2 : 1, o.rateFactor(), name);
                            assertEquals(bias, o.decay() == 0.5, name);
                        });
    }

    @Test
    void ratesFollowTheFirstPatternThatFits() {
        String patterns = "[[\"res2\",0.25],[\"^backbone\\.\",0.5],[\"mask_head\",3]]";
        Map<String, OptimizedParameter> all =
                trained("SOMA.LR_MULTIPLIERS=" + patterns, "SOLVER.BIAS_LR_FACTOR=2");
        assertEquals(0.25, all.get("backbone.bottom_up.res2.0.conv1.weight").rateFactor());
        assertEquals(0.5, all.get("backbone.fpn_lateral2.weight").rateFactor());
        assertEquals(1.0, all.get("backbone.fpn_lateral2.bias").rateFactor());
        assertEquals(3, all.get("roi_heads.mask_head.predictor.weight").rateFactor());
        assertEquals(1, all.get("roi_heads.box_predictor.cls_score.weight").rateFactor());
    }

    @Test
    void frozenNamesAreNotTrained() {
        Map<String, OptimizedParameter> all = trained();
        Map<String, OptimizedParameter> some =
                trained("SOMA.FREEZE=[\"bottom_up\",\"mask_fcn\\d+\\.bias$\"]");
        assertTrue(all.containsKey("roi_heads.mask_head.mask_fcn1.bias"));
        all.keySet()
                .forEach(
                        name ->
                                assertEquals(
                                        !name.contains("bottom_up")
                                                && !name.matches(".*mask_fcn\\d\\.bias"),
                                        some.containsKey(name),
                                        name));
        assertFalse(some.isEmpty());
    }

    @Test
    void patternsThatFitNothingAreErrors() {
        for (String key :
                List.of("SOMA.FREEZE=[\"mask_fcm1\"]", "SOMA.LR_MULTIPLIERS=[[\"mask_fcm1\",2]]")) {
            SomaException e = assertThrows(SomaException.class, () -> trained(key));
            assertTrue(
                    e.getMessage()
                            .startsWith(
                                    "command line: "
                                            + key.substring(0, key.indexOf('='))
                                            + ": expected patterns found in names of parameters"
                                            + " ('mask_fcm1' is in none; the nearest is "),
                    e.getMessage());
        }
        SomaException all = assertThrows(SomaException.class, () -> trained("SOMA.FREEZE=[\".\"]"));
        assertTrue(all.getMessage().contains("leave something to train"), all.getMessage());
    }

    /** detectron2's rates, through the keys of {@code SOLVER}. */
    @TestFactory
    Stream<DynamicTest> schedules() throws IOException {
        JsonNode all =
                new ObjectMapper()
                        .readTree(SharedFiles.require("golden/ops/schedules.json").toFile());
        return all.properties().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
    }

    private static void check(JsonNode golden) {
        List<String> overrides = new ArrayList<>();
        golden.properties().stream()
                .filter(e -> !e.getKey().equals("lr"))
                .forEach(
                        e ->
                                overrides.add(
                                        "SOLVER."
                                                + e.getKey()
                                                + "="
                                                + e.getValue().toString().replace("\"", "")));
        Config config = TinyRun.config(overrides.toArray(String[]::new));
        double base = golden.get("BASE_LR").doubleValue();
        try (MaskRcnn model = MaskRcnn.from(config);
                Solver solver = new Solver(config, model.namedParameters())) {
            golden.get("lr")
                    .properties()
                    .forEach(
                            e ->
                                    assertEquals(
                                            e.getValue().doubleValue(),
                                            solver.rate(Long.parseLong(e.getKey())),
                                            1e-12 * base,
                                            "iteration " + e.getKey()));
        }
    }

    /** detectron2's WarmupCosineLR by hand: half a cosine from 1 to the end over all iterations. */
    @Test
    void cosineIsTheFormula() {
        Config config =
                TinyRun.config(
                        "SOLVER.LR_SCHEDULER_NAME=WarmupCosineLR",
                        "SOLVER.BASE_LR=0.04",
                        "SOLVER.BASE_LR_END=0.01",
                        "SOLVER.MAX_ITER=100",
                        "SOLVER.WARMUP_ITERS=10",
                        "SOLVER.WARMUP_FACTOR=0.1");
        try (MaskRcnn model = MaskRcnn.from(config);
                Solver solver = new Solver(config, model.namedParameters())) {
            double atTen = 0.01 + 0.015 * (1 + Math.cos(Math.PI / 10));
            assertEquals(0.004, solver.rate(0), 1e-15);
            assertEquals(0.5 * (0.004 + atTen), solver.rate(5), 1e-15);
            assertEquals(atTen, solver.rate(10), 1e-15);
            assertEquals(0.025, solver.rate(50), 1e-15);
            assertEquals(0.01 + 0.015 * (1 + Math.cos(0.99 * Math.PI)), solver.rate(99), 1e-15);
        }
    }
}
