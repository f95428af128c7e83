package soma.cuda;

import soma.cuda.driver.Geometry;
import soma.tensor.DType;

/**
 * How a reduction is shared out among threads; it depends on shapes and strides only, so that the
 * order of summation does as well.
 *
 * @param isRows whether neighbouring threads take neighbouring reduced indices, else neighbouring
 *     outputs
 * @param width threads in x of a block: those of an output ({@code isRows}), or outputs
 * @param items the reduced indices, in quads where that fits
 * @param parts pieces of the reduced indices
 */
record ReducePlan(boolean isRows, int width, Nest items, int parts) {
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Reductions of up to as many elements are done by a thread each. */
    private static final int FEW = 16;

    /** Rows from this length on get a block each. */
    private static final int LONG_ROW = 2048;

    /** Elements of a long row that are worth a block of its own. */
    private static final int PIECE = 8192;

    /** Elements of a column that are worth a thread of its own. */
    private static final int COLUMN_PIECE = 16;

    /** Blocks that fill any device. */
    private static final int ENOUGH_BLOCKS = 1024;

    /**
     * The plan for given nests.
     *
     * @param outputs of which operand 0 is x
     * @param items of x
     */
    static ReducePlan of(Nest outputs, Nest items, DType dtype) {
        int n = items.items();
        int count = outputs.items();
        boolean isRows = n > FEW && (count == 1 || items.step(0, 0) <= outputs.step(0, 0));
        if (isRows) {
            int width = n >= LONG_ROW ? THREADS : WARP;
            Nest quads =
                    dtype == DType.FLOAT32
                            ? items.inQuads(new long[] {0}, new int[] {Float.BYTES})
                            : items;
            int parts = Math.min(n / PIECE, ENOUGH_BLOCKS / count);
            return new ReducePlan(true, width, quads, Math.max(1, parts));
        }
        int width = powerOfTwo(Math.min(count, n <= FEW ? THREADS : WARP));
        int rows = THREADS / width;
        int parts = Math.min(n / (rows * COLUMN_PIECE), ENOUGH_BLOCKS * width / count);
        return new ReducePlan(false, width, items, Math.max(1, parts));
    }

    private static int powerOfTwo(int atLeast) {
        return atLeast <= 1 ? 1 : Integer.highestOneBit(atLeast - 1) << 1;
    }

    /** The kernel. */
    String entry() {
        return isRows ? "reduce_rows" : "reduce_columns";
    }

    /** Items of a part. */
    int chunk() {
        return Math.ceilDiv(items.items(), parts);
    }

    /** The grid for as many outputs, at most {@code most} blocks. */
    Geometry geometry(int outputs, int most) {
        int rows = THREADS / width;
        long tasks =
                isRows
                        ? Math.ceilDiv((long) outputs * parts, rows)
                        : Math.ceilDiv(outputs, width) * (long) parts;
        return new Geometry((int) Math.min(tasks, most), 1, 1, width, rows, 1, 0);
    }
}
