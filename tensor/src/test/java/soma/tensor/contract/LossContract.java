package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.function.Function;

/** Softmax and losses against the reference, forward and backward. */
abstract class LossContract extends DeviceContract {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    /** Around vector lengths, a warp, and the row from which a GPU spends a block on it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 17, 31, 32, 33, 81, 1000, 1023, 1024, 1025, 5000})
    void rows(int k) {
        for (int rows : new int[] {1, 3, 37}) {
            if (rows * k < 50_000) {
                agree(2e-6, () -> gradients(x -> x[0].softmax(), tensor(k, rows, k).mul(3)));
                agree(2e-6, () -> gradients(x -> x[0].logSoftmax(), tensor(k, rows, k).mul(3)));
                agree(
                        2e-6,
                        () ->
                                gradients(
                                        x -> Functional.crossEntropy(x[0], OpCases.labels(rows, k)),
                                        tensor(k, rows, k).mul(3)));
            }
        }
    }

    @Test
    void rowsOfAnyRankAndLayout() {
        agree(2e-6, () -> tensor(1, 2, 3, 4, 5).permute(3, 0, 2, 1).softmax());
        agree(2e-6, () -> tensor(1, 19).logSoftmax());
        agree(0, () -> tensor(1, 3, 0).softmax());
        agree(0, () -> Functional.crossEntropy(tensor(1, 0, 5), OpCases.labels(0, 5)));
    }

    /** What all logits have in common costs nothing; a small loss keeps its digits. */
    @Test
    void hardLogits() {
        for (double offset : new double[] {-3e4, 3e4}) {
            for (Function<Tensor, Tensor> f : functions(4)) {
                agree(
                        2e-6,
                        () ->
                                gradients(
                                        x -> f.apply(x[0]),
                                        tensor(1, 4, 40).mul(64).floor().div(16).add(offset)));
            }
        }
        float[] sure = {0, 14, -3, 2};
        agree(
                2e-6,
                () -> Functional.crossEntropy(Tensor.of(sure, 1, 4), Tensor.of(new int[] {1}, 1)));
    }

    private static Function<Tensor, Tensor>[] functions(int rows) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        Function<Tensor, Tensor>[] functions =
                new Function[] {
                    (Function<Tensor, Tensor>) Tensor::softmax,
                    (Function<Tensor, Tensor>) Tensor::logSoftmax,
                    (Function<Tensor, Tensor>)
                            x -> Functional.crossEntropy(x, OpCases.labels(rows, x.dim(1)))
                };
        return functions;
    }

    /** As PyTorch: NaN and plus infinity spoil their row, minus infinity has probability 0. */
    @ParameterizedTest
    @ValueSource(ints = {3, 40, 1030})
    void specialLogits(int k) {
        float[][] special = {
            {NAN}, {INF}, {INF, INF}, {-INF}, {INF, -INF}, {-INF, 1, NAN}, {Float.MAX_VALUE}
        };
        int rows = special.length + 1;
        float[] values = new float[rows * k];
        for (int r = 0; r < special.length; r++) {
            System.arraycopy(special[r], 0, values, r * k, special[r].length);
        }
        java.util.Arrays.fill(values, (rows - 1) * k, rows * k, -INF);
        for (Function<Tensor, Tensor> f : functions(rows)) {
            agree(2e-6, () -> f.apply(Tensor.of(values, rows, k)));
            agree(2e-6, () -> rawGradient(f, Tensor.of(values, rows, k)));
        }
        try (Scope _ = Scope.open("special", device())) {
            float[] p = Tensor.of(values, rows, k).softmax().toFloats();
            for (int r : new int[] {0, 1, 2, 4, 5, 7}) {
                assertTrue(Float.isNaN(p[r * k]) && Float.isNaN(p[r * k + k - 1]), "row " + r);
            }
            assertEquals(0, p[3 * k]);
            assertEquals(1f / (k - 1), p[4 * k - 1], 1e-6f);
            assertEquals(1, p[6 * k]);
        }
    }

    private static Tensor rawGradient(Function<Tensor, Tensor> f, Tensor x) {
        Tensor leaf = x.leaf("x");
        Tensor y = f.apply(leaf);
        return Autograd.backward(y, tensor(99, y.shape().dims())).of(leaf);
    }

    @Test
    void labelsOutOfRangeAreFound() {
        for (int bad : new int[] {-1, 5, Integer.MIN_VALUE}) {
            try (Scope _ = Scope.open("labels", device())) {
                Tensor labels = Tensor.of(new int[] {0, 4, bad}, 3);
                IndexOutOfBoundsException e =
                        assertThrows(
                                IndexOutOfBoundsException.class,
                                () -> Functional.crossEntropy(tensor(1, 3, 5), labels).toFloats());
                String expected = "crossEntropy: labels: expected 0 to 4, got " + bad;
                assertTrue(e.getMessage().startsWith(expected), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 31, 33, 257, 40_009})
    void elementwiseLosses(int n) {
        agree(
                2e-6,
                () ->
                        gradients(
                                x -> Functional.binaryCrossEntropyWithLogits(x[0], x[1]),
                                tensor(1, n).mul(5),
                                tensor(2, n).sigmoid()));
        for (double beta : new double[] {0, 9e-6, 1e-5, 0.1, 1}) {
            agree(
                    2e-6,
                    () ->
                            gradients(
                                    x -> Functional.smoothL1(x[0], x[1], beta),
                                    tensor(1, n),
                                    tensor(2, n)));
        }
    }

    /** PyTorch's results; a target of 0 or 1 costs no digit of a small loss. */
    @Test
    void specialNumbers() {
        float[] x = {0, -0f, 20, -20, 100, -100, INF, -INF, INF, -INF, NAN, 1, 80, 1e-40f};
        float[] t = {0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, NAN, 1, 0.5f};
        double tiny = Math.log1p(Math.exp(-20));
        double two = Math.log(2);
        double[] loss = {
            two, two, tiny, tiny, 100, 100, INF, NAN, NAN, NAN, NAN, NAN, Math.exp(-80), two
        };
        double[] slope = {0.5, -0.5, -tiny, tiny, 1, -1, 1, -1, 0, 0, NAN, NAN, -Math.exp(-80), 0};
        try (Scope _ = Scope.open("special", device())) {
            Tensor logits = Tensor.of(x, x.length).leaf("x");
            Tensor each = Functional.binaryCrossEntropyWithLogits(logits, Tensor.of(t, t.length));
            double[] losses = each.toDoubles();
            double[] slopes = each.sum().backward().of(logits).toDoubles();
            for (int i = 0; i < x.length; i++) {
                double tolerance = Double.isFinite(loss[i]) ? 1e-6 * loss[i] : 1;
                assertEquals(loss[i], losses[i], tolerance, "loss of " + x[i]);
                assertEquals(slope[i], slopes[i], 2e-7, "slope at " + x[i]);
            }
        }
        float[] d = {0, -0f, 0.25f, -0.25f, 0.5f, -2, INF, -INF, NAN};
        smooth(
                d,
                0.5,
                new double[] {0, 0, 0.0625, 0.0625, 0.25, 1.75, INF, INF, NAN},
                new double[] {0, 0, 0.5, -0.5, 1, -1, 1, -1, NAN});
        smooth(
                d,
                1e-6,
                new double[] {0, 0, 0.25, 0.25, 0.5, 2, INF, INF, NAN},
                new double[] {0, 0, 1, -1, 1, -1, 1, -1, NAN});
    }

    private void smooth(float[] d, double beta, double[] loss, double[] slope) {
        try (Scope _ = Scope.open("special", device())) {
            Tensor x = Tensor.of(d, d.length).leaf("x");
            Tensor each = Functional.smoothL1(x, Tensor.zeros(d.length), beta);
            assertArrayEquals(loss, each.toDoubles(), 1e-15);
            assertArrayEquals(slope, each.sum().backward().of(x).toDoubles(), 1e-15);
        }
    }

    @Test
    void beyondOneGridDimension() {
        int n = BEYOND_GRID;
        agree(
                2e-6,
                () ->
                        gradients(
                                x -> Functional.crossEntropy(x[0], OpCases.labels(n, 3)),
                                tensor(1, n, 3)));
        agree(2e-6, () -> gradients(x -> x[0].softmax(), tensor(1, n, 2)));
    }
}
