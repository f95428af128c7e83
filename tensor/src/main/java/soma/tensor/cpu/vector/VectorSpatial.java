package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;

import soma.tensor.DType;
import soma.tensor.Shape;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.SpatialKernels;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Pooling and resampling of float32 maps: rows of the output are shared among threads. */
final class VectorSpatial implements SpatialKernels {
    private final SpatialKernels reference;

    VectorSpatial(SpatialKernels reference) {
        this.reference = reference;
    }

    private static boolean isFloat(View v) {
        return v.dtype() == DType.FLOAT32;
    }

    @Override
    public void maxPool(ConvGeometry g, View x, View out, View indices) {
        if (isFloat(x)) {
            new MaxPool(g, x, out, indices).forward();
        } else {
            reference.maxPool(g, x, out, indices);
        }
    }

    @Override
    public void maxPoolBackward(ConvGeometry g, View gradOut, View indices, View gradX) {
        if (isFloat(gradOut)) {
            MaxPool.backward(g, gradOut, indices, gradX);
        } else {
            reference.maxPoolBackward(g, gradOut, indices, gradX);
        }
    }

    @Override
    public void nearest(View x, View out) {
        if (!isFloat(x)) {
            reference.nearest(x, out);
            return;
        }
        Shape in = x.shape();
        Shape to = out.shape();
        int[] rows = sources(in.dim(1), to.dim(1));
        int[] columns = sources(in.dim(2), to.dim(2));
        int c = to.dim(3);
        float[] from = floats(x);
        float[] target = floats(out);
        Workers.parallelFor(
                to.dim(0) * to.dim(1),
                row -> {
                    int image = row / to.dim(1);
                    int source = image * in.dim(1) + rows[row % to.dim(1)];
                    int first = x.layout().offset() + source * in.dim(2) * c;
                    int at = out.layout().offset() + row * to.dim(2) * c;
                    for (int column : columns) {
                        System.arraycopy(from, first + column * c, target, at, c);
                        at += c;
                    }
                });
    }

    @Override
    public void nearestBackward(View gradOut, View gradX) {
        if (!isFloat(gradOut)) {
            reference.nearestBackward(gradOut, gradX);
            return;
        }
        Shape small = gradX.shape();
        int[] rows = sources(small.dim(1), gradOut.shape().dim(1));
        int[] columns = sources(small.dim(2), gradOut.shape().dim(2));
        Workers.parallelFor(
                small.dim(0) * small.dim(1), row -> gatherRow(gradOut, gradX, rows, columns, row));
    }

    /** One row of the small map takes the gradients of all rows that came from it. */
    private static void gatherRow(View gradOut, View gradX, int[] rows, int[] columns, int row) {
        int h = gradX.shape().dim(1);
        int w = gradX.shape().dim(2);
        int c = gradX.shape().dim(3);
        float[] grad = floats(gradOut);
        float[] sum = floats(gradX);
        int to = gradX.layout().offset() + row * w * c;
        Arrays.fill(sum, to, to + w * c, 0);
        for (int y = 0; y < rows.length; y++) {
            if (rows[y] != row % h) {
                continue;
            }
            int from = gradOut.layout().offset() + (row / h * rows.length + y) * columns.length * c;
            for (int column : columns) {
                int at = to + column * c;
                BinaryRows.rows(Binary.ADD, sum, at, grad, from, sum, at, c);
                from += c;
            }
        }
    }

    /** torch computes {@code floor(i * scale)} with a float32 scale. */
    private static int[] sources(int in, int out) {
        float scale = (float) in / out;
        int[] source = new int[out];
        for (int i = 0; i < out; i++) {
            source[i] = Math.min((int) (i * scale), in - 1);
        }
        return source;
    }

    @Override
    public void bilinear(View x, View out) {
        if (isFloat(x)) {
            new BilinearResize(x, out).forward();
        } else {
            reference.bilinear(x, out);
        }
    }

    @Override
    public void bilinearBackward(View gradOut, View gradX) {
        if (isFloat(gradOut)) {
            new BilinearResize(gradX, gradOut).backward();
        } else {
            reference.bilinearBackward(gradOut, gradX);
        }
    }
}
