package soma.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.Random;
import java.util.function.BinaryOperator;

/** Softmax and losses in float64 against what the same is, composed of simpler ops. */
class LossTest {
    private static final Device[] DEVICES = {Device.cpuReference(), Device.cpu()};

    private static Tensor tensor(long seed, int... dims) {
        double[] values = new Random(seed).doubles(Shape.of(dims).size(), -4, 4).toArray();
        return Tensor.of(values, dims);
    }

    private static void same(
            BinaryOperator<Tensor> primitive,
            BinaryOperator<Tensor> composed,
            int[] first,
            int[] second) {
        for (Device device : DEVICES) {
            try (Scope _ = Scope.open("loss", device)) {
                Tensor a = tensor(1, first).leaf("a");
                Tensor b = tensor(2, second).leaf("b");
                Tensor expected = composed.apply(a, b);
                Tensor actual = primitive.apply(a, b);
                Tensor seed = tensor(3, expected.shape().dims());
                close(expected, actual);
                Gradients g = Autograd.backward(expected, seed);
                Gradients h = Autograd.backward(actual, seed);
                close(g.of(a), h.of(a));
                if (g.of(b) != null) {
                    close(g.of(b), h.of(b));
                }
            }
        }
    }

    private static void close(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toDoubles(), actual.toDoubles(), 1e-13);
    }

    private static Tensor softmax(Tensor x) {
        Tensor e = x.sub(x.detach().max(true, -1)).exp();
        return e.div(e.sum(true, -1));
    }

    private static Tensor logSoftmax(Tensor x) {
        Tensor z = x.sub(x.detach().max(true, -1));
        return z.sub(z.exp().sum(true, -1).log());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 19})
    void rows(int k) {
        int[] shape = {3, k};
        same((x, _) -> Functional.softmax(x), (x, _) -> softmax(x), shape, shape);
        same((x, _) -> Functional.logSoftmax(x), (x, _) -> logSoftmax(x), shape, shape);
        int[] labels = {k - 1, 0, k / 2};
        same(
                (x, _) -> Functional.crossEntropy(x, Tensor.of(labels, 3)),
                (x, _) -> logSoftmax(x).gather(Tensor.of(labels, 3, 1)).reshape(3).neg(),
                shape,
                shape);
    }

    @Test
    void elementwiseLossesWithBroadcasting() {
        int[][][] shapes = {{{3, 5}, {3, 5}}, {{3, 5}, {5}}, {{5}, {3, 1}}, {{}, {2}}, {{0}, {1}}};
        for (int[][] s : shapes) {
            same(
                    Functional::binaryCrossEntropyWithLogits,
                    (x, t) -> x.softplus().sub(x.mul(t)),
                    s[0],
                    s[1]);
            same(
                    (p, t) -> Functional.smoothL1(p, t, 1.5),
                    (p, t) -> {
                        Tensor d = p.sub(t).abs();
                        Tensor quadratic = d.mul(d).mul(0.5 / 1.5);
                        return d.compare(Compare.LT, 1.5).where(quadratic, d.sub(0.75));
                    },
                    s[0],
                    s[1]);
            same((p, t) -> Functional.smoothL1(p, t, 9e-6), (p, t) -> p.sub(t).abs(), s[0], s[1]);
        }
    }

    @Test
    void errorsNameOpAndArgument() {
        try (Scope _ = Scope.open("loss", Device.cpu())) {
            Tensor x = Tensor.zeros(2, 3);
            Tensor ints = Tensor.of(new int[] {0, 1, 2}, 3);
            assertEquals(
                    "crossEntropy: labels: expected [2], got [3]",
                    assertThrows(ShapeException.class, () -> Functional.crossEntropy(x, ints))
                            .getMessage());
            assertEquals(
                    "crossEntropy: labels: expected dtype INT32, got FLOAT32",
                    assertThrows(
                                    DTypeException.class,
                                    () -> Functional.crossEntropy(x, Tensor.zeros(2)))
                            .getMessage());
            assertEquals(
                    "softmax: x: expected dtype FLOAT32 or FLOAT64, got INT32",
                    assertThrows(DTypeException.class, () -> Functional.softmax(ints))
                            .getMessage());
            assertEquals(
                    "smoothL1: target: expected dtype FLOAT32, got INT32",
                    assertThrows(DTypeException.class, () -> Functional.smoothL1(x, ints, 1))
                            .getMessage());
        }
    }
}
