package soma.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.SomaException;
import soma.tensor.Tensor;

import java.util.List;

/** Clipped gradients, computed by hand. */
class GradientClippingTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open("clipping", Device.cpuReference());
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static void check(GradientClipping clipping, float[] first, float[] second) {
        Tensor a = Tensor.of(new float[] {3, -4}, 2);
        Tensor b = Tensor.of(new float[] {0.3f, 12, 0}, 3, 1);
        var clip = clipping.prepare(List.of(a, b));
        assertArrayEquals(first, clip.apply(a).toFloats(), 1e-5f);
        assertArrayEquals(second, clip.apply(b).toFloats(), 1e-5f);
        assertArrayEquals(new float[] {3, -4}, a.toFloats(), "the gradient itself is changed");
    }

    @Test
    void none() {
        check(new GradientClipping.None(), new float[] {3, -4}, new float[] {0.3f, 12, 0});
    }

    @Test
    void value() {
        check(new GradientClipping.Value(1), new float[] {1, -1}, new float[] {0.3f, 1, 0});
    }

    @Test
    void normOfEachParameter() {
        float f = (float) (10 / Math.sqrt(144.09));
        check(
                new GradientClipping.NormPerParameter(10, 2),
                new float[] {3, -4},
                new float[] {0.3f * f, 12 * f, 0});
        check(
                new GradientClipping.NormPerParameter(3.5, 1),
                new float[] {1.5f, -2},
                new float[] {0.3f * 3.5f / 12.3f, 12 * 3.5f / 12.3f, 0});
        check(
                new GradientClipping.NormPerParameter(2, INF),
                new float[] {1.5f, -2},
                new float[] {0.05f, 2, 0});
    }

    @Test
    void normOfTheModel() {
        float f = (float) (1 / Math.sqrt(25 + 144.09));
        check(
                new GradientClipping.FullModelNorm(1, 2),
                new float[] {3 * f, -4 * f},
                new float[] {0.3f * f, 12 * f, 0});
        check(
                new GradientClipping.FullModelNorm(20, 2),
                new float[] {3, -4},
                new float[] {0.3f, 12, 0});
    }

    @Test
    void refusesOtherOrders() {
        assertThrows(SomaException.class, () -> new GradientClipping.NormPerParameter(1, 3));
    }
}
