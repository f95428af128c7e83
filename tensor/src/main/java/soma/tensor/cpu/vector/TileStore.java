package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Brings the tiles of {@link MicroKernel} to the output: partial tiles, sums over blocks of k, and
 * the epilogue.
 */
final class TileStore {
    private TileStore() {}

    /** Zeroes a tile. */
    static void clear(float[] tiles, int tile) {
        for (int i = 0; i < MicroKernel.TILE; i += LANES) {
            FloatVector.zero(SPECIES).intoArray(tiles, tile + i);
        }
    }

    /**
     * Writes or adds the leading {@code rows x columns} part of a tile to {@code c}.
     *
     * @param tile where the tile begins in {@code tiles}
     * @param width columns of the tile
     * @param targets offset in {@code c} of each row, from index {@code target} on
     * @param column output column of the first column of the tile
     * @param add whether to add to what is there
     */
    static void store(
            float[] tiles,
            int tile,
            int width,
            int rows,
            int columns,
            float[] c,
            int[] targets,
            int target,
            int column,
            boolean add) {
        if (columns == MicroKernel.COLUMNS) {
            storeFull(tiles, tile, rows, c, targets, target, column, add);
            return;
        }
        for (int r = 0; r < rows; r++) {
            int at = targets[target + r] + column;
            if (add) {
                addRow(tiles, tile + r * width, columns, c, at);
            } else {
                copyRow(tiles, tile + r * width, columns, c, at);
            }
        }
    }

    private static void storeFull(
            float[] tiles,
            int tile,
            int rows,
            float[] c,
            int[] targets,
            int target,
            int column,
            boolean add) {
        for (int r = 0; r < rows; r++) {
            int at = targets[target + r] + column;
            int from = tile + r * MicroKernel.COLUMNS;
            FloatVector low = FloatVector.fromArray(SPECIES, tiles, from);
            FloatVector high = FloatVector.fromArray(SPECIES, tiles, from + LANES);
            if (add) {
                low = low.add(FloatVector.fromArray(SPECIES, c, at));
                high = high.add(FloatVector.fromArray(SPECIES, c, at + LANES));
            }
            low.intoArray(c, at);
            high.intoArray(c, at + LANES);
        }
    }

    /**
     * As {@link #store}, and applies the epilogue; {@code origin} is the offset in {@code c} of the
     * first element.
     */
    static void storeFused(
            float[] tiles,
            int tile,
            int width,
            int rows,
            int columns,
            float[] c,
            int[] targets,
            int target,
            int column,
            boolean add,
            int origin,
            Epilogue epilogue) {
        int residualShift = epilogue.residualOffset() - origin;
        for (int r = 0; r < rows; r++) {
            int at = targets[target + r] + column;
            int from = tile + r * width;
            finish(tiles, from, columns, c, at, add, epilogue, column, at + residualShift);
        }
    }

    /**
     * Writes or adds {@code columns} sums of a row to {@code c} and applies the epilogue. Vectors
     * stay inside a method: where one crosses a call that isn't inlined, it is boxed.
     *
     * @param column output column of the first sum
     * @param residualAt where its residual is
     */
    static void finish(
            float[] sums,
            int from,
            int columns,
            float[] c,
            int at,
            boolean add,
            Epilogue epilogue,
            int column,
            int residualAt) {
        float[] bias = epilogue.bias();
        float[] residual = epilogue.residual();
        boolean relu = epilogue.relu();
        int biasAt = epilogue.biasOffset() + column;
        int j = 0;
        for (; j <= columns - LANES; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, sums, from + j);
            if (add) {
                v = v.add(FloatVector.fromArray(SPECIES, c, at + j));
            }
            if (bias != null) {
                v = v.add(FloatVector.fromArray(SPECIES, bias, biasAt + j));
            }
            if (residual != null) {
                v = v.add(FloatVector.fromArray(SPECIES, residual, residualAt + j));
            }
            if (relu) { // a comparison, so that NaN stays NaN
                v = v.blend(0f, v.compare(VectorOperators.LT, 0f));
            }
            v.intoArray(c, at + j);
        }
        for (; j < columns; j++) {
            float v = sums[from + j] + (add ? c[at + j] : 0);
            v = bias == null ? v : v + bias[biasAt + j];
            v = residual == null ? v : v + residual[residualAt + j];
            c[at + j] = relu && v < 0 ? 0 : v;
        }
    }

    private static void copyRow(float[] tile, int from, int columns, float[] c, int at) {
        int j = 0;
        for (; j <= columns - LANES; j += LANES) {
            FloatVector.fromArray(SPECIES, tile, from + j).intoArray(c, at + j);
        }
        if (j < columns) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, columns);
            FloatVector.fromArray(SPECIES, tile, from + j).intoArray(c, at + j, mask);
        }
    }

    private static void addRow(float[] tile, int from, int columns, float[] c, int at) {
        int j = 0;
        for (; j <= columns - LANES; j += LANES) {
            FloatVector sum = FloatVector.fromArray(SPECIES, c, at + j);
            sum.add(FloatVector.fromArray(SPECIES, tile, from + j)).intoArray(c, at + j);
        }
        if (j < columns) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, columns);
            FloatVector sum = FloatVector.fromArray(SPECIES, c, at + j, mask);
            sum.add(FloatVector.fromArray(SPECIES, tile, from + j)).intoArray(c, at + j, mask);
        }
    }
}
