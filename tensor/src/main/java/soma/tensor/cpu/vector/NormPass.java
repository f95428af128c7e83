package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

import soma.tensor.spi.View;

/**
 * Normalisation of {@code images} matrices [rows, c] whose columns are statistically independent in
 * {@code groups} groups of neighbours.
 */
record NormPass(int images, int rows, int c, int groups) {
    void forward(View x, View gamma, View beta, double eps, View out, View mean, View invStd) {
        float[] from = floats(x);
        int start = x.layout().offset();
        double[] sums =
                ColumnSums.of(
                        images,
                        rows,
                        c,
                        (image, first, count, block) -> {
                            for (int r = first; r < first + count; r++) {
                                ColumnSums.add(from, at(start, image, r), block, c);
                            }
                        });
        double[] mu = byGroup(sums);
        float[] means = perColumn(mu);
        double[] moments =
                ColumnSums.of(
                        images,
                        rows,
                        2 * c,
                        (image, first, count, block) -> {
                            for (int r = first; r < first + count; r++) {
                                ColumnSums.addMoments(
                                        from, at(start, image, r), means, image * c, block, c);
                            }
                        });
        // What is left of the mean after the subtraction: the first pass rounds large sums.
        double[] rest = byGroup(half(moments, 0));
        double[] inv = byGroup(half(moments, c));
        for (int s = 0; s < inv.length; s++) {
            inv[s] = 1 / Math.sqrt(inv[s] - rest[s] * rest[s] + eps);
            mu[s] = (float) mu[s] + rest[s];
        }
        VectorNorm.store(mu, mean);
        VectorNorm.store(inv, invStd);
        double[] g = VectorNorm.doubles(gamma);
        float[] scale = new float[images * c];
        float[] shift = new float[images * c];
        double[] b = VectorNorm.doubles(beta);
        for (int i = 0; i < scale.length; i++) {
            scale[i] = (float) (g[i % c] * inv[set(i)]);
            shift[i] = (float) (b[i % c] - rest[set(i)] * scale[i]);
        }
        float[] to = floats(out);
        int outStart = out.layout().offset();
        forEachRow(
                (image, r) ->
                        normalise(
                                from,
                                at(start, image, r),
                                means,
                                scale,
                                shift,
                                image * c,
                                to,
                                at(outStart, image, r)));
    }

    void backward(
            View x,
            View gradOut,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        float[] from = floats(x);
        float[] grad = floats(gradOut);
        int start = x.layout().offset();
        int gradStart = gradOut.layout().offset();
        double[] inv = VectorNorm.doubles(invStd);
        float[] means = perColumn(VectorNorm.doubles(mean));
        double[] sums =
                ColumnSums.of(
                        images,
                        rows,
                        2 * c,
                        (image, first, count, block) -> {
                            for (int r = first; r < first + count; r++) {
                                ColumnSums.addGradients(
                                        grad,
                                        at(gradStart, image, r),
                                        from,
                                        at(start, image, r),
                                        means,
                                        image * c,
                                        block,
                                        c);
                            }
                        });
        affineGradients(sums, inv, gradGamma, gradBeta);
        Coefficients k = coefficients(sums, inv, VectorNorm.doubles(gamma));
        float[] to = floats(gradX);
        int outStart = gradX.layout().offset();
        forEachRow(
                (image, r) ->
                        combine(
                                grad,
                                at(gradStart, image, r),
                                from,
                                at(start, image, r),
                                means,
                                k,
                                image * c,
                                to,
                                at(outStart, image, r)));
    }

    /** {@code gradX = forGrad * g + forX * (x - mean) + constant}, per image and channel. */
    private record Coefficients(float[] forGrad, float[] forX, float[] constant) {}

    private void affineGradients(double[] sums, double[] inv, View gradGamma, View gradBeta) {
        double[] toGamma = new double[c];
        double[] toBeta = new double[c];
        for (int i = 0; i < images * c; i++) {
            int at = i / c * 2 * c + i % c;
            toBeta[i % c] += sums[at];
            toGamma[i % c] += sums[at + c] * inv[set(i)];
        }
        VectorNorm.store(toGamma, gradGamma);
        VectorNorm.store(toBeta, gradBeta);
    }

    private Coefficients coefficients(double[] sums, double[] inv, double[] gamma) {
        double[] sum = new double[images * groups];
        double[] sumX = new double[images * groups];
        for (int i = 0; i < images * c; i++) {
            int at = i / c * 2 * c + i % c;
            sum[set(i)] += gamma[i % c] * sums[at];
            sumX[set(i)] += gamma[i % c] * sums[at + c];
        }
        double size = (double) rows * (c / groups);
        float[] forGrad = new float[images * c];
        float[] forX = new float[images * c];
        float[] constant = new float[images * c];
        for (int i = 0; i < images * c; i++) {
            double s = inv[set(i)];
            forGrad[i] = (float) (s * gamma[i % c]);
            forX[i] = (float) (-s * s * s * sumX[set(i)] / size);
            constant[i] = (float) (-s * sum[set(i)] / size);
        }
        return new Coefficients(forGrad, forX, constant);
    }

    private interface RowKernel {
        void run(int image, int row);
    }

    private void forEachRow(RowKernel kernel) {
        Spans.forEach(
                images * rows,
                Math.max(1, Spans.GRAIN / c),
                (first, end) -> {
                    for (int i = first; i < end; i++) {
                        kernel.run(i / rows, i % rows);
                    }
                });
    }

    private int at(int start, int image, int row) {
        return start + (image * rows + row) * c;
    }

    /** The group of a channel of an image. */
    private int set(int imageAndChannel) {
        return imageAndChannel / c * groups + imageAndChannel % c / (c / groups);
    }

    /** Means over groups from sums over columns. */
    private double[] byGroup(double[] sums) {
        double[] means = new double[images * groups];
        double size = (double) rows * (c / groups);
        for (int i = 0; i < sums.length; i++) {
            means[set(i)] += sums[i] / size;
        }
        return means;
    }

    /** The c columns from {@code first} on of [images, 2c]. */
    private double[] half(double[] sums, int first) {
        double[] part = new double[images * c];
        for (int i = 0; i < part.length; i++) {
            part[i] = sums[i / c * 2 * c + first + i % c];
        }
        return part;
    }

    private float[] perColumn(double[] ofGroups) {
        float[] columns = new float[images * c];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = (float) ofGroups[set(i)];
        }
        return columns;
    }

    private void normalise(
            float[] x,
            int at,
            float[] mean,
            float[] scale,
            float[] shift,
            int m,
            float[] out,
            int to) {
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector d =
                    FloatVector.fromArray(SPECIES, x, at + k)
                            .sub(FloatVector.fromArray(SPECIES, mean, m + k));
            fma(
                            d,
                            FloatVector.fromArray(SPECIES, scale, m + k),
                            FloatVector.fromArray(SPECIES, shift, m + k))
                    .intoArray(out, to + k);
        }
        for (; k < c; k++) {
            out[to + k] = (x[at + k] - mean[m + k]) * scale[m + k] + shift[m + k];
        }
    }

    private void combine(
            float[] g,
            int gAt,
            float[] x,
            int xAt,
            float[] mean,
            Coefficients f,
            int m,
            float[] out,
            int to) {
        int k = 0;
        for (; k <= c - LANES; k += LANES) {
            FloatVector d =
                    FloatVector.fromArray(SPECIES, x, xAt + k)
                            .sub(FloatVector.fromArray(SPECIES, mean, m + k));
            FloatVector tail =
                    fma(
                            d,
                            FloatVector.fromArray(SPECIES, f.forX(), m + k),
                            FloatVector.fromArray(SPECIES, f.constant(), m + k));
            fma(
                            FloatVector.fromArray(SPECIES, g, gAt + k),
                            FloatVector.fromArray(SPECIES, f.forGrad(), m + k),
                            tail)
                    .intoArray(out, to + k);
        }
        for (; k < c; k++) {
            float d = x[xAt + k] - mean[m + k];
            out[to + k] =
                    g[gAt + k] * f.forGrad()[m + k] + d * f.forX()[m + k] + f.constant()[m + k];
        }
    }
}
