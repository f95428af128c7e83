package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.Device;
import soma.tensor.spi.View;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/** Selection and sorting on the emulator against the reference. */
class IndexTest {
    private final CudaBackend backend = EmulatedBackend.create();

    private static float[] random(long seed, int n) {
        Random random = new Random(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return v;
    }

    private static int[] indices(long seed, int n, int bound) {
        return new Random(seed).ints(n, 0, bound).toArray();
    }

    private void floatsAgree(Function<TestOperands, float[]> f) {
        assertArrayEquals(reference(f), emulated(f));
    }

    private void intsAgree(Function<TestOperands, int[]> f) {
        assertArrayEquals(reference(f), emulated(f));
    }

    private static <T> T reference(Function<TestOperands, T> f) {
        try (TestOperands on = new TestOperands(Device.cpuReference().backend())) {
            return f.apply(on);
        }
    }

    private <T> T emulated(Function<TestOperands, T> f) {
        try (TestOperands on = new TestOperands(backend)) {
            return f.apply(on);
        } finally {
            assertEquals(0, backend.memory().liveBytes());
        }
    }

    @Test
    void rowsOfAnyTypeAndLengthAreSelected() {
        for (int inner : new int[] {1, 2, 3, 4, 16, 100}) {
            for (int rows : new int[] {0, 1, 7, 700}) {
                floatsAgree(
                        on -> {
                            View out = on.empty(DType.FLOAT32, rows, inner);
                            on.backend()
                                    .index()
                                    .indexSelect(
                                            on.floats(random(1, 9 * inner), 9, inner),
                                            on.ints(indices(2, rows, 9), rows),
                                            out);
                            return on.floats(out);
                        });
            }
        }
        int[] pick = {4, 0, 4, 3};
        byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        long[] longs = {1L << 40, -2, 3, 4, 5, 6, 7, 8, 9, Long.MIN_VALUE};
        emulated(
                on -> {
                    View outBytes = on.empty(DType.UINT8, 4, 3);
                    on.backend()
                            .index()
                            .indexSelect(
                                    on.bytes(DType.UINT8, bytes, 5, 3), on.ints(pick, 4), outBytes);
                    assertArrayEquals(
                            new byte[] {13, 14, 15, 1, 2, 3, 13, 14, 15, 10, 11, 12},
                            on.bytes(outBytes));
                    View outLongs = on.empty(DType.INT64, 4, 2);
                    on.backend()
                            .index()
                            .indexSelect(on.longs(longs, 5, 2), on.ints(pick, 4), outLongs);
                    assertArrayEquals(
                            new long[] {9, Long.MIN_VALUE, 1L << 40, -2, 9, Long.MIN_VALUE, 7, 8},
                            on.longs(outLongs));
                    return 0;
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 300, 5000})
    void sumsOverRepeatedIndicesAreTheReferences(int n) {
        for (int inner : new int[] {1, 3, 32}) {
            int rows = n > 1000 ? 50 : 9;
            int width = n > 1000 ? 1 : inner;
            floatsAgree(
                    on -> {
                        View out = on.floats(random(1, rows * width), rows, width);
                        on.backend()
                                .index()
                                .indexAdd(
                                        on.floats(random(2, n * width), n, width),
                                        on.ints(indices(3, n, rows), n),
                                        out);
                        return on.floats(out);
                    });
        }
    }

    @Test
    void columnsAreGatheredAndScattered() {
        int[][] cases = {{1, 1}, {3, 4}, {300, 1}, {2, 700}, {0, 3}, {4, 0}};
        for (int[] c : cases) {
            int rows = c[0];
            int picks = c[1];
            floatsAgree(
                    on -> {
                        View out = on.empty(DType.FLOAT32, rows, picks);
                        on.backend()
                                .index()
                                .gather(
                                        on.floats(random(1, 11 * rows), rows, 11),
                                        on.ints(indices(2, rows * picks, 11), rows, picks),
                                        out);
                        return on.floats(out);
                    });
            floatsAgree(
                    on -> {
                        View out = on.floats(random(1, 11 * rows), rows, 11);
                        on.backend()
                                .index()
                                .scatterAdd(
                                        on.floats(random(3, rows * picks), rows, picks),
                                        on.ints(indices(2, rows * picks, 11), rows, picks),
                                        out);
                        return on.floats(out);
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 31, 64, 100, 4096, 4097, 9000})
    void rowsAreSortedStably(int k) {
        int rows = k > 1000 ? 2 : 5;
        float[] keys = random(k, rows * k);
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Math.round(keys[i] * 8) / 4f * (i % 3 - 1); // ties, 0 and -0
            if (i % 97 == 5) {
                keys[i] = i % 2 == 0 ? Float.NaN : Float.intBitsToFloat(-1);
            }
            if (i % 89 == 6) {
                keys[i] = i % 2 == 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
            }
        }
        int[] wanted = k > 4097 ? new int[] {k, 1000} : new int[] {k, k / 2, 1};
        for (int j : wanted) {
            for (boolean descending : new boolean[] {true, false}) {
                intsAgree(
                        on -> {
                            View out = on.empty(DType.INT32, rows, j);
                            on.backend().index().argsort(on.floats(keys, rows, k), descending, out);
                            return on.ints(out);
                        });
            }
        }
    }

    @Test
    void integersAndTruthValuesAreSorted() {
        int[] keys = {5, -1, Integer.MIN_VALUE, 5, 0, Integer.MAX_VALUE, -1};
        byte[] truth = {1, 0, 1, 1, 0, 0, 1};
        for (boolean descending : new boolean[] {true, false}) {
            intsAgree(on -> sorted(on, on.ints(keys, 1, 7), descending));
            intsAgree(on -> sorted(on, on.bytes(DType.BOOL, truth, 1, 7), descending));
        }
        DTypeException e =
                assertThrows(
                        DTypeException.class,
                        () -> emulated(on -> sorted(on, on.longs(new long[7], 1, 7), true)));
        assertEquals(
                "argsort: x: expected dtype FLOAT32, INT32, UINT8 or BOOL, got INT64",
                e.getMessage());
    }

    private static int[] sorted(TestOperands on, View keys, boolean descending) {
        View out = on.empty(DType.INT32, 1, 7);
        on.backend().index().argsort(keys, descending, out);
        return on.ints(out);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 512, 513, 40_009})
    void positionsOfTrueElementsAscend(int n) {
        for (int every : new int[] {1, 2, 7, 50_000}) {
            byte[] x = new byte[n];
            for (int i = n / 3; i < n; i += every) {
                x[i] = 1;
            }
            intsAgree(
                    on -> {
                        View out = on.empty(DType.INT32, n);
                        int count = on.backend().index().nonZero(on.bytes(DType.BOOL, x, n), out);
                        return on.ints(out, count);
                    });
        }
    }

    @Test
    void longRunsOfCountsAreSummed() {
        // More chunks than one step of the scan takes.
        int n = 512 * 1100;
        byte[] x = new byte[n];
        Arrays.fill(x, n - 600, n, (byte) 1);
        x[0] = 1;
        int[] found =
                emulated(
                        on -> {
                            View out = on.empty(DType.INT32, n);
                            int count =
                                    on.backend().index().nonZero(on.bytes(DType.BOOL, x, n), out);
                            return on.ints(out, count);
                        });
        assertEquals(601, found.length);
        assertEquals(0, found[0]);
        assertEquals(n - 600, found[1]);
        assertEquals(n - 1, found[600]);
    }

    @Test
    void badIndicesAreReportedOnceWhenAResultIsRead() {
        int[] bad = {0, 5, 1};
        emulated(
                on -> {
                    View out = on.floats(new float[3], 3);
                    on.backend()
                            .index()
                            .indexSelect(on.floats(new float[5], 5), on.ints(bad, 3), out);
                    IndexOutOfBoundsException e =
                            assertThrows(IndexOutOfBoundsException.class, () -> on.floats(out));
                    assertEquals(
                            "indexSelect: index: expected 0 to 4, got 5 (seen when a later result"
                                    + " was read)",
                            e.getMessage());
                    assertEquals(3, on.floats(out).length);
                    View sum = on.floats(new float[5], 5);
                    int[] negative = {0, -7, 0};
                    on.backend()
                            .index()
                            .indexAdd(on.floats(new float[3], 3), on.ints(negative, 3), sum);
                    e = assertThrows(IndexOutOfBoundsException.class, () -> on.floats(sum));
                    assertEquals(
                            "indexAdd: index: expected 0 to 4, got -7 (seen when a later result"
                                    + " was read)",
                            e.getMessage());
                    return 0;
                });
    }
}
