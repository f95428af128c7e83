package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * Copies operands into the panels that {@link MicroKernel} reads: {@code [k][columns]} and {@code
 * [k][8]}.
 */
final class PanelPacking {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private PanelPacking() {}

    /**
     * Packs {@code k} rows of {@code columns} values; columns up to {@code width} become zero.
     *
     * @param b source, row {@code l} at {@code from + l * stride}
     * @param width columns of the panel: one or two vectors
     * @param to where the panel begins, in bytes
     */
    static void rows(
            float[] b,
            int from,
            int stride,
            int k,
            int columns,
            int width,
            MemorySegment panel,
            long to) {
        if (columns < width) {
            partialRows(b, from, stride, k, columns, width, panel, to);
        } else if (width == LANES) {
            for (int l = 0; l < k; l++) {
                FloatVector.fromArray(SPECIES, b, from + l * stride)
                        .intoMemorySegment(panel, to + l * (4L * LANES), ORDER);
            }
        } else {
            for (int l = 0; l < k; l++) {
                int at = from + l * stride;
                long target = to + l * (8L * LANES);
                FloatVector.fromArray(SPECIES, b, at).intoMemorySegment(panel, target, ORDER);
                FloatVector.fromArray(SPECIES, b, at + LANES)
                        .intoMemorySegment(panel, target + 4L * LANES, ORDER);
            }
        }
    }

    private static void partialRows(
            float[] b,
            int from,
            int stride,
            int k,
            int columns,
            int width,
            MemorySegment panel,
            long to) {
        for (int j = 0; j < width; j += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, Math.max(columns, j));
            for (int l = 0; l < k; l++) {
                FloatVector.fromArray(SPECIES, b, from + l * stride + j, mask)
                        .intoMemorySegment(panel, to + 4L * (l * width + j), ORDER);
            }
        }
    }

    /**
     * Packs {@code k} rows of the transpose of {@code b}: value {@code (l, j)} lies at {@code from
     * + j * stride + l}.
     *
     * @param row room for one row of the panel
     */
    static void transposed(
            float[] b,
            int from,
            int stride,
            int k,
            int columns,
            int width,
            MemorySegment panel,
            long to,
            float[] row) {
        for (int j = 0; j < width; j++) {
            row[j] = 0;
        }
        for (int l = 0; l < k; l++) {
            for (int j = 0; j < columns; j++) {
                row[j] = b[from + j * stride + l];
            }
            for (int j = 0; j < width; j += LANES) {
                FloatVector.fromArray(SPECIES, row, j)
                        .intoMemorySegment(panel, to + 4L * (l * width + j), ORDER);
            }
        }
    }
}
