package soma.maskrcnn.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.List;
import java.util.Map;

class TrainingLossesTest {
    private static TrainingLosses losses() {
        TrainingLosses losses = new TrainingLosses();
        losses.add("a", Tensor.of(new float[] {2}, 1).sum());
        losses.metric("known", 5);
        try (Scope inner = Scope.open("inner")) {
            TrainingLosses own = new TrainingLosses();
            own.add("b", Tensor.of(new float[] {0.5f}, 1).sum());
            List<Tensor> counts =
                    List.of(Tensor.of(new float[] {3}, 1), Tensor.of(new float[] {4}, 1));
            own.metrics(counts, n -> Map.of("share", n[0] / n[1]));
            losses.addAll(own, inner);
        }
        losses.metrics(List.of(Tensor.of(new float[] {7}, 1)), n -> Map.of("seven", n[0]));
        return losses;
    }

    @Test
    void figuresAreTheTotalTheLossesAndWhatTheDeviceCounted() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            TrainingLosses losses = losses();
            Map<String, Double> figures = losses.figures(losses.total());
            assertEquals(
                    List.of("total_loss", "a", "b", "known", "share", "seven"),
                    List.copyOf(figures.keySet()));
            assertEquals(List.of(2.5, 2.0, 0.5, 5.0, 0.75, 7.0), List.copyOf(figures.values()));
            assertEquals(figures, losses.figures(losses.total()), "and can be read again");
        }
    }

    @Test
    void metricsAloneAreTheFigures() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            assertEquals(Map.of("known", 5.0, "share", 0.75, "seven", 7.0), losses().metrics());
        }
    }
}
