package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import soma.tensor.cpu.Workers;

/**
 * Sums over the rows of matrices [rows, c], for each column. Blocks of rows are summed in float32
 * and the blocks in float64; the blocks depend on the shape only, so that threads change nothing.
 */
final class ColumnSums {
    /** Rows that are summed in float32: few enough to keep most digits. */
    private static final int BLOCK = 128;

    private ColumnSums() {}

    /** Adds rows of a matrix to c sums that start at 0. */
    @FunctionalInterface
    interface Block {
        void add(int image, int firstRow, int rows, float[] sums);
    }

    /**
     * Sums of {@code images} matrices.
     *
     * @param kernel adds a block of rows of one matrix to {@code width} sums
     * @return [images, width]
     */
    static double[] of(int images, int rows, int width, Block kernel) {
        int blocks = Spans.count(rows, BLOCK);
        float[][] partial = new float[images * blocks][];
        Workers.parallelFor(
                partial.length,
                task -> {
                    int first = task % blocks * BLOCK;
                    float[] sums = new float[width];
                    kernel.add(task / blocks, first, Math.min(BLOCK, rows - first), sums);
                    partial[task] = sums;
                });
        double[] total = new double[images * width];
        for (int task = 0; task < partial.length; task++) {
            int to = task / blocks * width;
            for (int k = 0; k < width; k++) {
                total[to + k] += partial[task][k];
            }
        }
        return total;
    }

    /** {@code sums += x} for one row of c. */
    static void add(float[] x, int at, float[] sums, int c) {
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector.fromArray(SPECIES, x, at + k)
                    .add(FloatVector.fromArray(SPECIES, sums, k))
                    .intoArray(sums, k);
        }
        for (; k < c; k++) {
            sums[k] += x[at + k];
        }
    }

    /**
     * {@code sums += x - mean} and, c further on, {@code sums += (x - mean)^2}, for one row of c.
     */
    static void addMoments(float[] x, int at, float[] mean, int m, float[] sums, int c) {
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector d =
                    FloatVector.fromArray(SPECIES, x, at + k)
                            .sub(FloatVector.fromArray(SPECIES, mean, m + k));
            d.add(FloatVector.fromArray(SPECIES, sums, k)).intoArray(sums, k);
            fma(d, d, FloatVector.fromArray(SPECIES, sums, c + k)).intoArray(sums, c + k);
        }
        for (; k < c; k++) {
            float d = x[at + k] - mean[m + k];
            sums[k] += d;
            sums[c + k] += d * d;
        }
    }

    /** {@code sums += g} and, c further on, {@code sums += g * (x - mean)}, for one row of c. */
    static void addGradients(
            float[] g, int gAt, float[] x, int xAt, float[] mean, int m, float[] sums, int c) {
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector grad = FloatVector.fromArray(SPECIES, g, gAt + k);
            FloatVector d =
                    FloatVector.fromArray(SPECIES, x, xAt + k)
                            .sub(FloatVector.fromArray(SPECIES, mean, m + k));
            grad.add(FloatVector.fromArray(SPECIES, sums, k)).intoArray(sums, k);
            fma(grad, d, FloatVector.fromArray(SPECIES, sums, c + k)).intoArray(sums, c + k);
        }
        for (; k < c; k++) {
            sums[k] += g[gAt + k];
            sums[c + k] += g[gAt + k] * (x[xAt + k] - mean[m + k]);
        }
    }
}
