package soma.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** No detections are a tensor of no elements, which goes through the same views as any other. */
class EmptyLayoutTest {
    @Test
    void anEmptyViewTakesAnyShapeOfNoElements() {
        try (var _ = Scope.open("test", Device.cpuReference())) {
            Tensor classes = Tensor.of(new int[0], 0);

            Tensor channel = classes.reshape(0, 1).broadcastTo(Shape.of(0, 784)).reshape(0, 1);

            assertEquals(Shape.of(0, 1), channel.shape());
            assertEquals(0, channel.toInts().length);
        }
    }
}
