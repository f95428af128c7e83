package soma.tensor.cpu.scalar;

import soma.tensor.spi.MatMulKernels;
import soma.tensor.spi.View;

/** Matrix products by their definition. */
final class ScalarMatMul implements MatMulKernels {
    @Override
    public void matMul(
            View a,
            boolean transposeA,
            View b,
            boolean transposeB,
            View bias,
            View residual,
            boolean relu,
            boolean accumulate,
            View out) {
        int m = out.shape().dim(0);
        int n = out.shape().dim(1);
        int k = a.shape().dim(transposeA ? 0 : 1);
        double[] left = transposeA ? transposed(Values.of(a), k, m) : Values.of(a);
        double[] right = transposeB ? transposed(Values.of(b), n, k) : Values.of(b);
        double[] sum = accumulate ? Values.of(out) : new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int l = 0; l < k; l++) {
                double factor = left[i * k + l];
                for (int j = 0; j < n; j++) {
                    sum[i * n + j] += factor * right[l * n + j];
                }
            }
        }
        if (!accumulate) {
            Epilogue.apply(sum, n, bias, residual, relu);
        }
        Values.store(sum, out);
    }

    private static double[] transposed(double[] x, int rows, int columns) {
        double[] t = new double[x.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                t[j * rows + i] = x[i * columns + j];
            }
        }
        return t;
    }
}
