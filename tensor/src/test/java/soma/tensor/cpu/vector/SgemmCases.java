package soma.tensor.cpu.vector;

import soma.tensor.cpu.Workers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Compares {@link Sgemm} with plain double loops, and its results for different numbers of threads.
 */
final class SgemmCases {
    private static final double TOLERANCE = 5e-7;

    private SgemmCases() {}

    /** A product and what surrounds it. */
    record Case(
            int m,
            int n,
            int k,
            boolean transA,
            boolean transB,
            boolean accumulate,
            boolean bias,
            boolean residual,
            boolean relu) {

        /** Throws AssertionError if the result is off, or depends on the number of threads. */
        void check() {
            Random random = new Random(m * 31L + n * 7L + k);
            int lda = (transA ? m : k) + 3;
            int ldb = (transB ? k : n) + 2;
            int ldc = n + 5;
            float[] a = values(random, 2 + (transA ? k : m) * lda);
            float[] b = values(random, 1 + (transB ? n : k) * ldb);
            float[] before = values(random, 4 + m * ldc);
            float[] biases = values(random, 3 + n);
            float[] residuals = values(random, 7 + m * ldc);
            Epilogue epilogue =
                    new Epilogue(bias ? biases : null, 3, residual ? residuals : null, 7, relu);
            float[] one = run(1, a, lda, b, ldb, before, ldc, epilogue);
            float[] two = run(2, a, lda, b, ldb, before, ldc, epilogue);
            if (!Arrays.equals(one, two)) {
                throw new AssertionError(this + ": results differ between 1 and 2 threads");
            }
            float[] untouched = one.clone();
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int at = 4 + i * ldc + j;
                    double sum = accumulate ? before[at] : 0;
                    double scale = Math.abs(sum) + 1e-3;
                    for (int l = 0; l < k; l++) {
                        double x = a[2 + (transA ? l * lda + i : i * lda + l)];
                        double y = b[1 + (transB ? j * ldb + l : l * ldb + j)];
                        sum += x * y;
                        scale += Math.abs(x * y);
                    }
                    sum += bias ? biases[3 + j] : 0;
                    sum += residual ? residuals[7 + i * ldc + j] : 0;
                    scale += 2;
                    double expected = relu ? Math.max(0, sum) : sum;
                    if (!(Math.abs(one[at] - expected) <= TOLERANCE * scale)) {
                        throw new AssertionError(
                                "%s: [%d,%d]: expected %s, got %s"
                                        .formatted(this, i, j, expected, one[at]));
                    }
                    untouched[at] = before[at];
                }
            }
            if (!Arrays.equals(untouched, before)) {
                throw new AssertionError(this + ": wrote outside of the matrix");
            }
        }

        private float[] run(
                int threads,
                float[] a,
                int lda,
                float[] b,
                int ldb,
                float[] before,
                int ldc,
                Epilogue epilogue) {
            Workers.setThreads(threads);
            float[] c = before.clone();
            Sgemm.multiply(
                    transA, transB, m, n, k, a, 2, lda, b, 1, ldb, accumulate, c, 4, ldc, epilogue);
            return c;
        }
    }

    /** Awkward sizes, all transpositions and epilogues. */
    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        int[][] sizes = {
            {0, 3, 4},
            {3, 0, 4},
            {3, 4, 0},
            {1, 1, 1},
            {2, 3, 5},
            {7, 16, 9},
            {8, 15, 384},
            {9, 17, 385},
            {13, 31, 64},
            {16, 32, 767},
            {64, 33, 31},
            {65, 12, 256},
            {67, 3, 130},
            {97, 96, 769},
            {191, 65, 1},
            {193, 128, 100},
            {200, 49, 383},
        };
        int variant = 0;
        for (int[] size : sizes) {
            for (int transposed = 0; transposed < 4; transposed++) {
                variant++;
                cases.add(
                        new Case(
                                size[0],
                                size[1],
                                size[2],
                                (transposed & 1) != 0,
                                (transposed & 2) != 0,
                                variant % 2 == 0,
                                variant % 3 == 0,
                                variant % 5 < 2,
                                variant % 7 < 3));
            }
        }
        return cases;
    }

    static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
