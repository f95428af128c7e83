package soma.tensor.cpu.scalar;

import soma.tensor.cpu.IndexRange;
import soma.tensor.spi.IndexKernels;
import soma.tensor.spi.View;

import java.util.Arrays;
import java.util.Comparator;

/** Selection by index and sorting, by their definitions. */
final class ScalarIndex implements IndexKernels {
    @Override
    public void indexSelect(View x, View index, View out) {
        double[] from = Values.of(x);
        int[] rows = Values.ints(index);
        int inner = innerSize(x);
        double[] to = new double[rows.length * inner];
        for (int i = 0; i < rows.length; i++) {
            IndexRange.checked("indexSelect: index", rows[i], x.shape().dim(0));
            System.arraycopy(from, rows[i] * inner, to, i * inner, inner);
        }
        Values.store(to, out);
    }

    @Override
    public void indexAdd(View x, View index, View out) {
        double[] from = Values.of(x);
        int[] rows = Values.ints(index);
        int inner = innerSize(out);
        double[] sum = Values.of(out);
        for (int i = 0; i < rows.length; i++) {
            IndexRange.checked("indexAdd: index", rows[i], out.shape().dim(0));
            for (int j = 0; j < inner; j++) {
                sum[rows[i] * inner + j] += from[i * inner + j];
            }
        }
        Values.store(sum, out);
    }

    private static int innerSize(View x) {
        int inner = 1;
        for (int axis = 1; axis < x.shape().rank(); axis++) {
            inner *= x.shape().dim(axis);
        }
        return inner;
    }

    @Override
    public void gather(View x, View index, View out) {
        double[] from = Values.of(x);
        int[] columns = Values.ints(index);
        int k = x.shape().dim(1);
        int picks = index.shape().dim(1);
        double[] to = new double[columns.length];
        for (int i = 0; i < to.length; i++) {
            IndexRange.checked("gather: index", columns[i], k);
            to[i] = from[i / picks * k + columns[i]];
        }
        Values.store(to, out);
    }

    @Override
    public void scatterAdd(View x, View index, View out) {
        double[] from = Values.of(x);
        int[] columns = Values.ints(index);
        int k = out.shape().dim(1);
        int picks = index.shape().dim(1);
        double[] sum = Values.of(out);
        for (int i = 0; i < from.length; i++) {
            IndexRange.checked("scatterAdd: index", columns[i], k);
            sum[i / picks * k + columns[i]] += from[i];
        }
        Values.store(sum, out);
    }

    @Override
    public void argsort(View x, boolean descending, View index) {
        double[] keys = Values.of(x);
        int rows = x.shape().dim(0);
        int k = x.shape().dim(1);
        int wanted = index.shape().dim(1);
        double[] result = new double[rows * wanted];
        for (int r = 0; r < rows; r++) {
            Integer[] order = order(Arrays.copyOfRange(keys, r * k, (r + 1) * k), descending);
            for (int j = 0; j < wanted; j++) {
                result[r * wanted + j] = order[j];
            }
        }
        Values.store(result, index);
    }

    /** Indices that sort; the lower one first among equals, NaN last. */
    static Integer[] order(double[] keys, boolean descending) {
        Integer[] order = new Integer[keys.length];
        Arrays.setAll(order, i -> i);
        Comparator<Integer> byKey =
                Comparator.comparingDouble(
                        // adding 0 makes -0 equal to 0
                        i -> Double.isNaN(keys[i]) ? keys[i] : 0 + (descending ? -1 : 1) * keys[i]);
        Arrays.sort(order, byKey);
        return order;
    }

    @Override
    public int nonZero(View x, View out) {
        double[] values = Values.of(x);
        double[] found = new double[values.length];
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                found[count++] = i;
            }
        }
        Values.store(found, out);
        return count;
    }
}
