package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.bytes;
import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.DType;
import soma.tensor.spi.ElementwiseKernels;
import soma.tensor.spi.View;

import java.util.Arrays;

/**
 * Pointwise float32 kernels of any layout; rows that lie dense are done in vectors. Other types go
 * to the reference kernels.
 */
final class VectorElementwise implements ElementwiseKernels {
    private final ElementwiseKernels reference;

    VectorElementwise(ElementwiseKernels reference) {
        this.reference = reference;
    }

    private static boolean allFloat(View... views) {
        for (View v : views) {
            if (v.dtype() != DType.FLOAT32) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void unary(Unary op, View x, View out) {
        if (!allFloat(x, out)) {
            reference.unary(op, x, out);
            return;
        }
        LoopNest nest = LoopNest.of(out, x);
        float[] from = floats(x);
        float[] to = floats(out);
        int strideOut = nest.stride(0);
        int strideX = nest.stride(1);
        if (nest.rowsAreDense(2)) {
            nest.run((at, n) -> UnaryRows.rows(op, from, at[1], to, at[0], n));
        } else {
            nest.run(
                    (at, n) ->
                            UnaryRows.strided(op, from, at[1], strideX, to, at[0], strideOut, n));
        }
    }

    @Override
    public void binary(Binary op, View a, View b, View out) {
        if (!allFloat(a, b, out)) {
            reference.binary(op, a, b, out);
            return;
        }
        LoopNest nest = LoopNest.of(out, a, b);
        float[] left = floats(a);
        float[] right = floats(b);
        float[] to = floats(out);
        int strideOut = nest.stride(0);
        int strideA = nest.stride(1);
        int strideB = nest.stride(2);
        boolean commutes = op == Binary.ADD || op == Binary.MUL;
        if (nest.rowsAreDense(3)) {
            nest.run((at, n) -> BinaryRows.rows(op, left, at[1], right, at[2], to, at[0], n));
        } else if (nest.rowsAreDense(2) && strideB == 0) {
            nest.run((at, n) -> BinaryRows.scalar(op, left, at[1], right[at[2]], to, at[0], n));
        } else if (commutes && strideOut == 1 && strideB == 1 && strideA == 0) {
            nest.run((at, n) -> BinaryRows.scalar(op, right, at[2], left[at[1]], to, at[0], n));
        } else {
            nest.run(
                    (at, n) ->
                            BinaryRows.strided(
                                    op, left, at[1], strideA, right, at[2], strideB, to, at[0],
                                    strideOut, n));
        }
    }

    @Override
    public void binary(Binary op, View a, double scalar, View out) {
        LoopNest nest = LoopNest.of(out, a);
        if (!allFloat(a, out) || !nest.rowsAreDense(2) || op == Binary.POW) {
            reference.binary(op, a, scalar, out);
            return;
        }
        float[] from = floats(a);
        float[] to = floats(out);
        nest.run((at, n) -> BinaryRows.scalar(op, from, at[1], (float) scalar, to, at[0], n));
    }

    @Override
    public void compare(Compare op, View a, View b, View out) {
        if (!allFloat(a, b)) {
            reference.compare(op, a, b, out);
            return;
        }
        LoopNest nest = LoopNest.of(out, a, b);
        SelectRows rows = new SelectRows(nest.stride(0), nest.stride(1), nest.stride(2));
        float[] left = floats(a);
        float[] right = floats(b);
        byte[] to = bytes(out);
        nest.run((at, n) -> rows.compare(op, left, at[1], right, at[2], to, at[0], n));
    }

    @Override
    public void compare(Compare op, View a, double scalar, View out) {
        if (!allFloat(a)) {
            reference.compare(op, a, scalar, out);
            return;
        }
        LoopNest nest = LoopNest.of(out, a);
        SelectRows rows = new SelectRows(nest.stride(0), nest.stride(1), 0);
        float[] left = floats(a);
        float[] right = {(float) scalar};
        byte[] to = bytes(out);
        nest.run((at, n) -> rows.compare(op, left, at[1], right, 0, to, at[0], n));
    }

    @Override
    public void where(View condition, View a, View b, View out) {
        if (!allFloat(a, b, out)) {
            reference.where(condition, a, b, out);
            return;
        }
        LoopNest nest = LoopNest.of(out, a, b, condition);
        SelectRows rows = new SelectRows(nest.stride(0), nest.stride(1), nest.stride(2));
        int strideC = nest.stride(3);
        float[] yes = floats(a);
        float[] no = floats(b);
        byte[] c = bytes(condition);
        float[] to = floats(out);
        nest.run((at, n) -> rows.where(c, at[3], strideC, yes, at[1], no, at[2], to, at[0], n));
    }

    @Override
    public void copy(View from, View to) {
        if (to.dtype() == DType.FLOAT32 && from.dtype() == DType.FLOAT32) {
            copyFloats(from, to);
        } else if (to.dtype() == DType.FLOAT32 && bytesWide(from) == 1) {
            byte[] source = bytes(from);
            float[] target = floats(to);
            LoopNest nest = LoopNest.of(to, from);
            int strideTo = nest.stride(0);
            int strideFrom = nest.stride(1);
            nest.run((at, n) -> widen(source, at[1], strideFrom, target, at[0], strideTo, n));
        } else if (to.dtype() == DType.INT32 && from.dtype() == DType.INT32) {
            int[] source = ints(from);
            int[] target = ints(to);
            LoopNest nest = LoopNest.of(to, from);
            int strideTo = nest.stride(0);
            int strideFrom = nest.stride(1);
            nest.run((at, n) -> move(source, at[1], strideFrom, target, at[0], strideTo, n));
        } else {
            reference.copy(from, to);
        }
    }

    private static int bytesWide(View v) {
        return v.dtype().bytes();
    }

    private static void copyFloats(View from, View to) {
        LoopNest nest = LoopNest.of(to, from);
        float[] source = floats(from);
        float[] target = floats(to);
        int strideTo = nest.stride(0);
        int strideFrom = nest.stride(1);
        if (nest.rowsAreDense(2)) {
            nest.run((at, n) -> System.arraycopy(source, at[1], target, at[0], n));
        } else if (strideFrom == 0 && strideTo == 1) {
            nest.run((at, n) -> Arrays.fill(target, at[0], at[0] + n, source[at[1]]));
        } else {
            nest.run((at, n) -> move(source, at[1], strideFrom, target, at[0], strideTo, n));
        }
    }

    private static void move(
            float[] from, int i, int strideFrom, float[] to, int k, int strideTo, int n) {
        for (int t = 0; t < n; t++) {
            to[k + t * strideTo] = from[i + t * strideFrom];
        }
    }

    private static void move(
            int[] from, int i, int strideFrom, int[] to, int k, int strideTo, int n) {
        for (int t = 0; t < n; t++) {
            to[k + t * strideTo] = from[i + t * strideFrom];
        }
    }

    private static void widen(
            byte[] from, int i, int strideFrom, float[] to, int k, int strideTo, int n) {
        for (int t = 0; t < n; t++) {
            to[k + t * strideTo] = from[i + t * strideFrom] & 0xff;
        }
    }

    @Override
    public void fill(View to, double value) {
        LoopNest nest = LoopNest.of(to);
        if (to.dtype() != DType.FLOAT32 || nest.stride(0) != 1) {
            reference.fill(to, value);
            return;
        }
        float[] target = floats(to);
        nest.run((at, n) -> Arrays.fill(target, at[0], at[0] + n, (float) value));
    }
}
