package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.spi.OptimizerKernels;

/** Parameter updates against the reference. */
abstract class OptimizerContract extends DeviceContract {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, 40_009})
    void parameterUpdates(int n) {
        for (boolean nesterov : new boolean[] {false, true}) {
            agree(
                    5e-7,
                    () ->
                            optimise(
                                    n,
                                    (k, p, g, m, v, step) ->
                                            k.sgd(
                                                    p.view(), g.view(), m.view(), 0.1, 0.9, 1e-2,
                                                    nesterov, step == 1)));
        }
        agree(
                2e-6,
                () ->
                        optimise(
                                n,
                                (k, p, g, m, v, step) ->
                                        k.adamW(
                                                p.view(), g.view(), m.view(), v.view(), 1e-2, 0.9,
                                                0.999, 1e-8, 1e-2, step)));
        agree(
                1e-9,
                () -> {
                    Tensor x = tensor(1, n);
                    return Tensor.of(
                            new double[] {x.backend().optimizer().squaredNorm(x.view())}, 1);
                });
    }

    private interface Update {
        void run(OptimizerKernels k, Tensor p, Tensor g, Tensor m, Tensor v, int step);
    }

    private static Tensor optimise(int n, Update update) {
        Tensor p = tensor(1, n);
        Tensor m = Tensor.zeros(n);
        Tensor v = Tensor.zeros(n);
        for (int step = 1; step <= 3; step++) {
            update.run(p.backend().optimizer(), p, tensor(step + 1, n), m, v, step);
        }
        return Tensor.concat(0, p, m);
    }

    @Test
    void nonFiniteElementsAreFoundWhereverTheyAre() {
        try (Scope _ = Scope.open("finite", device())) {
            for (int n : new int[] {1, 15, 16, 33, 40_009}) {
                assertTrue(tensor(1, n).allFinite());
                for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
                    for (int at : new int[] {0, n / 2, n - 1}) {
                        float[] v = tensor(1, n).toFloats();
                        v[at] = bad;
                        assertEquals(false, Tensor.of(v, n).allFinite());
                    }
                }
            }
        }
    }

    @Test
    void beyondOneGridDimension() {
        parameterUpdates(BEYOND_GRID);
    }
}
