package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.OptimizerKernels.AdamWOperands;
import soma.tensor.spi.OptimizerKernels.SgdOperands;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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

    /** Sizes of the tensors that kernels take at once; a block of a device ends inside of some. */
    private static final int[] SIZES = {5, 0, 1024, 1, 1025, 40_009};

    /** Each with a rate, a decay and a count of steps of its own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stepsOfManyParametersAtOnce(boolean nesterov) {
        agree(
                5e-7,
                () ->
                        optimiseAll(
                                (k, p, g, m, v, step) -> {
                                    List<SgdOperands> all = new ArrayList<>();
                                    for (int i = 0; i < p.size(); i++) {
                                        all.add(
                                                new SgdOperands(
                                                        p.get(i).view(),
                                                        g.get(i).view(),
                                                        m.get(i).view(),
                                                        0.1 / (i + 1),
                                                        1e-2 * i,
                                                        step == 1 || i == 2));
                                    }
                                    k.sgd(all, 0.9, nesterov);
                                }));
        agree(
                2e-6,
                () ->
                        optimiseAll(
                                (k, p, g, m, v, step) -> {
                                    List<AdamWOperands> all = new ArrayList<>();
                                    for (int i = 0; i < p.size(); i++) {
                                        all.add(
                                                new AdamWOperands(
                                                        p.get(i).view(),
                                                        g.get(i).view(),
                                                        m.get(i).view(),
                                                        v.get(i).view(),
                                                        1e-2 / (i + 1),
                                                        1e-2 * i,
                                                        step + i));
                                    }
                                    k.adamW(all, 0.9, 0.999, 1e-8);
                                }));
    }

    private interface UpdateAll {
        void run(
                OptimizerKernels k,
                List<Tensor> p,
                List<Tensor> g,
                List<Tensor> m,
                List<Tensor> v,
                int step);
    }

    private static Tensor optimiseAll(UpdateAll update) {
        List<Tensor> p = tensors(1);
        List<Tensor> m = new ArrayList<>();
        List<Tensor> v = new ArrayList<>();
        for (int size : SIZES) {
            m.add(Tensor.zeros(size));
            v.add(Tensor.zeros(size));
        }
        OptimizerKernels kernels = p.getFirst().backend().optimizer();
        for (int step = 1; step <= 2; step++) {
            update.run(kernels, p, tensors(10 * step), m, v, step);
        }
        return flat(Stream.of(p, m, v).flatMap(List::stream).toList());
    }

    private static List<Tensor> tensors(long seed) {
        List<Tensor> all = new ArrayList<>();
        for (int size : SIZES) {
            all.add(tensor(seed + all.size(), size));
        }
        return all;
    }

    @Test
    void normsOfManyTensorsAtOnce() {
        agree(
                1e-9,
                () -> {
                    List<Tensor> all = tensors(1);
                    List<View> views = all.stream().map(Tensor::view).toList();
                    OptimizerKernels kernels = all.getFirst().backend().optimizer();
                    return Tensor.of(new double[] {kernels.squaredNorm(views)}, 1);
                });
        try (Scope _ = Scope.open("norms", device())) {
            OptimizerKernels kernels = tensor(1, 1).backend().optimizer();
            assertEquals(0, kernels.squaredNorm(List.of()));
            assertEquals(0, kernels.squaredNorm(List.of(Tensor.zeros(0).view())));
        }
    }

    @Test
    void nonFiniteElementsAreFoundInAnyOfManyTensors() {
        try (Scope _ = Scope.open("finite", device())) {
            assertTrue(Tensor.allFinite(List.of()));
            assertTrue(Tensor.allFinite(List.of(Tensor.zeros(0))));
            assertTrue(Tensor.allFinite(tensors(1)));
            for (int i = 0; i < SIZES.length; i++) {
                if (SIZES[i] > 0) {
                    List<Tensor> all = tensors(1);
                    float[] values = all.get(i).toFloats();
                    values[SIZES[i] - 1] = Float.POSITIVE_INFINITY;
                    all.set(i, Tensor.of(values, SIZES[i]));
                    assertFalse(Tensor.allFinite(all), "tensor " + i);
                }
            }
        }
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
