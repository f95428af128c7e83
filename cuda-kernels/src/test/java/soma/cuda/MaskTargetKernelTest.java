package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;
import soma.tensor.Device;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.MaskTargetSpec;

/** Mask targets on the emulator with all its checks: odd boxes, masks without runs, bad objects. */
class MaskTargetKernelTest {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    /** Of 5 x 6: a mask of two runs, none, all, and one that its last run ends early. */
    private static final int[] RUNS = {7, 9, 16, 18, 30, 0, 30, 12, 20};

    private static final int[] STARTS = {0, 5, 5, 7, 9};
    private static final float[] BOXES = {
        1, 1, 4, 4, -3, -2, 8, 9, 2, 2, 2, 2, 5, 4, 1, 1, 5.5f, 4.5f, 6, 5, 90, 90, 95, 99
    };

    private final CudaBackend backend = EmulatedBackend.create();

    private static float[] targets(
            TestOperands on, float[] boxes, int[] object, boolean aligned, boolean hard) {
        View out = on.empty(DType.FLOAT32, object.length, 3, 3);
        on.backend()
                .vision()
                .maskTargets(
                        new MaskTargetSpec(5, 6, aligned, hard),
                        on.ints(RUNS, RUNS.length),
                        on.ints(STARTS, STARTS.length),
                        on.floats(boxes, object.length, 4),
                        on.ints(object, object.length),
                        out);
        return on.floats(out);
    }

    @Test
    void likeTheReferenceAtTheEdges() {
        for (int mask = 0; mask < 4; mask++) {
            int[] object = {mask, mask, mask, mask, mask, mask};
            for (boolean aligned : new boolean[] {true, false}) {
                float[] expected;
                try (TestOperands on = new TestOperands(Device.cpuReference().backend())) {
                    expected = targets(on, BOXES, object, aligned, false);
                }
                try (TestOperands on = new TestOperands(backend)) {
                    assertArrayEquals(expected, targets(on, BOXES, object, aligned, false), 1e-6f);
                }
            }
        }
        assertEquals(0, backend.memory().liveBytes());
    }

    @Test
    void boxesWithoutANumberHaveNoTarget() {
        float[] boxes = {NAN, 0, 4, 4, 0, 0, 4, NAN, 0, 0, INF, 4};
        try (TestOperands on = new TestOperands(backend)) {
            for (boolean hard : new boolean[] {true, false}) {
                assertArrayEquals(
                        new float[27], targets(on, boxes, new int[] {2, 2, 2}, true, hard));
            }
        }
    }

    @Test
    void objectsOutOfRangeAreReported() {
        try (TestOperands on = new TestOperands(backend)) {
            for (int object : new int[] {4, -1}) {
                IndexOutOfBoundsException e =
                        assertThrows(
                                IndexOutOfBoundsException.class,
                                () ->
                                        targets(
                                                on,
                                                new float[] {0, 0, 3, 3},
                                                new int[] {object},
                                                true,
                                                true));
                assertEquals(
                        "maskTargets: object: expected 0 to 3, got "
                                + object
                                + " (seen when a later result was read)",
                        e.getMessage());
            }
        }
    }
}
