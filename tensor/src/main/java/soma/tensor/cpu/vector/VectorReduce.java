package soma.tensor.cpu.vector;

import static soma.tensor.cpu.CpuStorage.floats;
import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

import soma.tensor.DType;
import soma.tensor.cpu.Workers;
import soma.tensor.spi.ReduceKernels;
import soma.tensor.spi.View;

/**
 * Reductions of float32. Those over the last axes, over the leading ones, and sums between kept
 * axes that leave dense rows are done in vectors; the rest goes to the reference kernels.
 */
final class VectorReduce implements ReduceKernels {
    /** Elements of a row that are summed in float32. */
    private static final int CHUNK = 2048;

    /** So many rows are summed in float32 without blocks. */
    private static final int FEW_ROWS = 64;

    private final ReduceKernels reference;

    VectorReduce(ReduceKernels reference) {
        this.reference = reference;
    }

    @Override
    public void reduce(Reduce op, View x, View out) {
        boolean fits =
                x.dtype() == DType.FLOAT32
                        && x.layout().isContiguous()
                        && out.layout().isContiguous()
                        && x.shape().size() > 0;
        ReducePlan plan = fits ? ReducePlan.of(x.shape(), out.shape()) : null;
        if (plan == null) {
            reference.reduce(op, x, out);
            return;
        }
        int from = x.layout().offset();
        int to = out.layout().offset();
        if (plan.width() == 1) {
            overRows(op, plan, floats(x), from, floats(out), to);
        } else if (op == Reduce.SUM && plan.reduced() > FEW_ROWS) {
            sumRows(plan, floats(x), from, floats(out), to);
        } else {
            betweenKept(op, plan, floats(x), from, floats(out), to);
        }
    }

    /** Each output is made of consecutive elements. */
    private static void overRows(
            Reduce op, ReducePlan plan, float[] x, int from, float[] out, int to) {
        int n = plan.reduced();
        if (plan.kept() == 1) {
            out[to] = (float) longRow(op, x, from, n);
            return;
        }
        Spans.forEach(
                plan.kept(),
                Math.max(1, Spans.GRAIN / n),
                (first, end) -> {
                    for (int i = first; i < end; i++) {
                        out[to + i] = (float) row(op, x, from + i * n, n);
                    }
                });
    }

    /** One row, which threads share. */
    private static double longRow(Reduce op, float[] x, int from, int n) {
        int pieces = Spans.count(n, Spans.GRAIN);
        double[] partial = new double[pieces];
        Spans.forEach(
                n,
                Spans.GRAIN,
                (first, end) ->
                        partial[first / Spans.GRAIN] = row(op, x, from + first, end - first));
        double result = partial[0];
        for (int i = 1; i < pieces; i++) {
            result = combine(op, result, partial[i]);
        }
        return result;
    }

    private static double combine(Reduce op, double a, double b) {
        return switch (op) {
            case SUM -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static double row(Reduce op, float[] x, int from, int n) {
        return switch (op) {
            case SUM -> sum(x, from, n);
            case MAX -> max(x, from, n);
            case MIN -> min(x, from, n);
        };
    }

    private static double sum(float[] x, int from, int n) {
        double total = 0;
        for (int at = 0; at < n; at += CHUNK) {
            total += chunkSum(x, from + at, Math.min(CHUNK, n - at));
        }
        return total;
    }

    private static double chunkSum(float[] x, int from, int n) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int k = 0;
        for (; k <= n - LANES; k += LANES) {
            sums = sums.add(FloatVector.fromArray(SPECIES, x, from + k));
        }
        double total = 0;
        if (k > 0) {
            for (int lane = 0; lane < LANES; lane++) {
                total += sums.lane(lane);
            }
        }
        for (; k < n; k++) {
            total += x[from + k];
        }
        return total;
    }

    private static float max(float[] x, int from, int n) {
        FloatVector best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int k = 0;
        for (; k <= n - LANES; k += LANES) {
            best = best.max(FloatVector.fromArray(SPECIES, x, from + k));
        }
        float result = k == 0 ? Float.NEGATIVE_INFINITY : best.reduceLanes(VectorOperators.MAX);
        for (; k < n; k++) {
            result = Math.max(result, x[from + k]);
        }
        return result;
    }

    private static float min(float[] x, int from, int n) {
        FloatVector best = FloatVector.broadcast(SPECIES, Float.POSITIVE_INFINITY);
        int k = 0;
        for (; k <= n - LANES; k += LANES) {
            best = best.min(FloatVector.fromArray(SPECIES, x, from + k));
        }
        float result = k == 0 ? Float.POSITIVE_INFINITY : best.reduceLanes(VectorOperators.MIN);
        for (; k < n; k++) {
            result = Math.min(result, x[from + k]);
        }
        return result;
    }

    /** Many rows become one: gradients of biases. */
    private static void sumRows(ReducePlan plan, float[] x, int from, float[] out, int to) {
        int c = plan.width();
        double[] sums =
                ColumnSums.of(
                        plan.kept(),
                        plan.reduced(),
                        c,
                        (i, first, rows, block) -> {
                            int start = from + plan.keptOffset(i);
                            for (int r = first; r < first + rows; r++) {
                                ColumnSums.add(x, start + plan.reducedOffset(r), block, c);
                            }
                        });
        for (int k = 0; k < sums.length; k++) {
            out[to + k] = (float) sums[k];
        }
    }

    /** Each output row is made of some input rows. */
    private static void betweenKept(
            Reduce op, ReducePlan plan, float[] x, int from, float[] out, int to) {
        int c = plan.width();
        int perTask = Math.max(1, Spans.GRAIN / Math.max(1, c * plan.reduced()));
        Workers.parallelFor(
                Spans.count(plan.kept(), perTask),
                task -> {
                    int end = Math.min(plan.kept(), (task + 1) * perTask);
                    for (int i = task * perTask; i < end; i++) {
                        combineRows(op, plan, i, x, from, out, to + i * c);
                    }
                });
    }

    private static void combineRows(
            Reduce op, ReducePlan plan, int i, float[] x, int from, float[] out, int to) {
        int c = plan.width();
        int first = from + plan.keptOffset(i);
        System.arraycopy(x, first + plan.reducedOffset(0), out, to, c);
        for (int r = 1; r < plan.reduced(); r++) {
            int at = first + plan.reducedOffset(r);
            BinaryRows.rows(ReducePlan.binary(op), out, to, x, at, out, to, c);
        }
    }

    @Override
    public void argmax(View x, View out) {
        reference.argmax(x, out);
    }
}
