package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.bytes;
import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.CpuStorage.ints;

import soma.tensor.DType;
import soma.tensor.cpu.IndexRange;
import soma.tensor.spi.ElementwiseKernels.Binary;
import soma.tensor.spi.IndexKernels;
import soma.tensor.spi.View;

import java.util.Arrays;

/** Selection and sorting of float32; other types go to the reference kernels. */
final class VectorIndex implements IndexKernels {
    /** Buckets of a key's highest bits. */
    private static final int BUCKETS = 1 << 16;

    private final IndexKernels reference;

    VectorIndex(IndexKernels reference) {
        this.reference = reference;
    }

    private static int innerSize(View x) {
        int inner = 1;
        for (int axis = 1; axis < x.shape().rank(); axis++) {
            inner *= x.shape().dim(axis);
        }
        return inner;
    }

    @Override
    public void indexSelect(View x, View index, View out) {
        if (x.dtype() != DType.FLOAT32) {
            reference.indexSelect(x, index, out);
            return;
        }
        int[] rows = ints(index);
        float[] from = floats(x);
        float[] to = floats(out);
        int n = index.shape().size();
        int inner = innerSize(x);
        for (int i = 0; i < n; i++) {
            int row =
                    IndexRange.checked(
                            "indexSelect: index",
                            rows[index.layout().offset() + i],
                            x.shape().dim(0));
            System.arraycopy(
                    from,
                    x.layout().offset() + row * inner,
                    to,
                    out.layout().offset() + i * inner,
                    inner);
        }
    }

    @Override
    public void indexAdd(View x, View index, View out) {
        if (x.dtype() != DType.FLOAT32) {
            reference.indexAdd(x, index, out);
            return;
        }
        int[] rows = ints(index);
        float[] from = floats(x);
        float[] to = floats(out);
        int n = index.shape().size();
        int inner = innerSize(out);
        for (int i = 0; i < n; i++) {
            int row =
                    IndexRange.checked(
                            "indexAdd: index",
                            rows[index.layout().offset() + i],
                            out.shape().dim(0));
            int at = out.layout().offset() + row * inner;
            BinaryRows.rows(
                    Binary.ADD, to, at, from, x.layout().offset() + i * inner, to, at, inner);
        }
    }

    @Override
    public void gather(View x, View index, View out) {
        if (x.dtype() != DType.FLOAT32) {
            reference.gather(x, index, out);
            return;
        }
        int[] columns = ints(index);
        float[] from = floats(x);
        float[] to = floats(out);
        int k = x.shape().dim(1);
        int picks = index.shape().dim(1);
        for (int i = 0; i < index.shape().size(); i++) {
            int column =
                    IndexRange.checked("gather: index", columns[index.layout().offset() + i], k);
            to[out.layout().offset() + i] = from[x.layout().offset() + i / picks * k + column];
        }
    }

    @Override
    public void scatterAdd(View x, View index, View out) {
        if (x.dtype() != DType.FLOAT32) {
            reference.scatterAdd(x, index, out);
            return;
        }
        int[] columns = ints(index);
        float[] from = floats(x);
        float[] to = floats(out);
        int k = out.shape().dim(1);
        int picks = index.shape().dim(1);
        for (int i = 0; i < index.shape().size(); i++) {
            int column =
                    IndexRange.checked(
                            "scatterAdd: index", columns[index.layout().offset() + i], k);
            to[out.layout().offset() + i / picks * k + column] += from[x.layout().offset() + i];
        }
    }

    @Override
    public void argsort(View x, boolean descending, View index) {
        if (x.dtype() != DType.FLOAT32) {
            reference.argsort(x, descending, index);
            return;
        }
        int k = x.shape().dim(1);
        int wanted = index.shape().dim(1);
        int[] to = ints(index);
        for (int r = 0; r < x.shape().dim(0); r++) {
            int from = x.layout().offset() + r * k;
            long[] keys = smallest(SortKeys.of(floats(x), from, k, descending), wanted);
            Arrays.sort(keys);
            for (int j = 0; j < wanted; j++) {
                to[index.layout().offset() + r * wanted + j] = SortKeys.index(keys[j]);
            }
        }
    }

    /** The keys that may be among the {@code wanted} smallest: whole buckets of high bits. */
    private static long[] smallest(long[] keys, int wanted) {
        if (keys.length < BUCKETS / 4 || wanted > keys.length / 2) {
            return keys;
        }
        int[] histogram = new int[BUCKETS];
        for (long key : keys) {
            histogram[bucket(key)]++;
        }
        int count = 0;
        int last = -1;
        while (count < wanted) {
            count += histogram[++last];
        }
        long[] chosen = new long[count];
        int at = 0;
        for (long key : keys) {
            if (bucket(key) <= last) {
                chosen[at++] = key;
            }
        }
        return chosen;
    }

    private static int bucket(long key) {
        return (int) (key >> 48) + BUCKETS / 2;
    }

    @Override
    public int nonZero(View x, View out) {
        byte[] from = bytes(x);
        int[] to = ints(out);
        int count = 0;
        for (int i = 0; i < x.shape().size(); i++) {
            if (from[x.layout().offset() + i] != 0) {
                to[out.layout().offset() + count++] = i;
            }
        }
        return count;
    }
}
