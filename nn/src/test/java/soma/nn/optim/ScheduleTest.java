package soma.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import soma.nn.SharedFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Schedules against the rates that detectron2 used. */
class ScheduleTest {
    @TestFactory
    Stream<DynamicTest> golden() throws IOException {
        JsonNode all =
                new ObjectMapper()
                        .readTree(SharedFiles.require("golden/ops/schedules.json").toFile());
        return all.properties().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
    }

    private static void check(JsonNode solver) {
        Schedule schedule = scheduleOf(solver);
        double base = solver.get("BASE_LR").doubleValue();
        solver.get("lr")
                .properties()
                .forEach(
                        e ->
                                assertEquals(
                                        e.getValue().doubleValue(),
                                        base * schedule.multiplier(Long.parseLong(e.getKey())),
                                        1e-12 * base,
                                        "iteration " + e.getKey()));
    }

    private static Schedule scheduleOf(JsonNode s) {
        long max = s.get("MAX_ITER").longValue();
        Warmup warmup =
                new Warmup(
                        s.get("WARMUP_ITERS").longValue(),
                        s.get("WARMUP_FACTOR").doubleValue(),
                        Warmup.Method.valueOf(
                                s.get("WARMUP_METHOD").textValue().toUpperCase(Locale.ROOT)));
        if (s.get("LR_SCHEDULER_NAME").textValue().equals("WarmupCosineLR")) {
            double end = s.get("BASE_LR_END").doubleValue() / s.get("BASE_LR").doubleValue();
            return new WarmupCosine(end, max, warmup);
        }
        List<Long> steps = new ArrayList<>();
        s.get("STEPS").forEach(step -> steps.add(step.longValue()));
        return new WarmupMultiStep(steps, s.get("GAMMA").doubleValue(), max, warmup);
    }

    @Test
    void dropsAtTheStepAndNotBefore() {
        Schedule s = multiStep(List.of(210_000L, 250_000L), 270_000);
        assertEquals(0.001, s.multiplier(0), 1e-15);
        assertEquals(1, s.multiplier(1000), 1e-15);
        assertEquals(1, s.multiplier(209_999), 1e-15);
        assertEquals(0.1, s.multiplier(210_000), 1e-15);
        assertEquals(0.01, s.multiplier(250_000), 1e-15);
    }

    @Test
    void stepsAfterTheEndHaveNoEffect() {
        Schedule s = multiStep(List.of(30_000L), 2000);
        assertEquals(1, s.multiplier(1999), 0);
    }

    @Test
    void aStepAtTheEndIsAnError() {
        SomaException e = assertThrows(SomaException.class, () -> multiStep(List.of(10L, 40L), 40));
        assertTrue(e.getMessage().contains("SOLVER.STEPS"), e.getMessage());
        assertTrue(e.getMessage().contains("40"), e.getMessage());
    }

    private static Schedule multiStep(List<Long> steps, long max) {
        return new WarmupMultiStep(steps, 0.1, max, new Warmup(1000, 0.001, Warmup.Method.LINEAR));
    }
}
