package soma.maskrcnn.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;

class TraceRecorderTest {
    @Test
    void aRecorderKeepsOnlyWhatIsWanted() {
        try (var _ = Scope.open("test", Device.cpuReference())) {
            TraceRecorder recorder = new TraceRecorder("a"::equals);
            float[] nhwc = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
            recorder.seen("a", Tensor.of(nhwc, 1, 2, 3, 2));
            recorder.seen("b", Tensor.of(nhwc, 12));
            assertEquals(1, recorder.tensors().size());
            assertEquals(Shape.of(1, 2, 2, 3), recorder.tensors().get("a").shape());
            assertArrayEquals(
                    new float[] {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11},
                    recorder.tensors().get("a").floats());
        }
    }
}
