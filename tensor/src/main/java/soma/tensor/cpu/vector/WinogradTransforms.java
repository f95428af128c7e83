package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The three linear maps of the algorithm F(2x2, 3x3) of Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks" (CVPR 2016), a vector of channels at a time.
 *
 * <p>An input patch of 4x4 pixels becomes 16 values, and so do 3x3 weights; 16 products become 2x2
 * output pixels.
 */
final class WinogradTransforms {
    /** Products per tile. */
    static final int POSITIONS = 16;

    private WinogradTransforms() {}

    /**
     * Transforms a patch, {@code B' d B}.
     *
     * @param from index of the first channel of the patch's first pixel
     * @param rowStep distance of the patch's rows
     * @param step distance of its pixels
     * @param channels a multiple of the vector length
     * @param distance between the results for the 16 positions
     */
    static void input(
            float[] in,
            int from,
            int rowStep,
            int step,
            int channels,
            float[] to,
            int at,
            int distance) {
        for (int c = 0; c < channels; c += LANES) {
            inputVector(in, from + c, rowStep, step, to, at + c, distance);
        }
    }

    private static void inputVector(
            float[] in, int from, int rowStep, int step, float[] to, int at, int distance) {
        for (int column = 0; column < 4; column++) {
            // B' along the columns of pixels: one result column per pair of pixel columns
            int first = from + (column == 0 ? 0 : column == 2 ? 2 : 1) * step;
            int second = from + (column == 0 || column == 1 ? 2 : column == 2 ? 1 : 3) * step;
            boolean add = column == 1;
            FloatVector r0 = pair(in, first, second, add);
            FloatVector r1 = pair(in, first + rowStep, second + rowStep, add);
            FloatVector r2 = pair(in, first + 2 * rowStep, second + 2 * rowStep, add);
            FloatVector r3 = pair(in, first + 3 * rowStep, second + 3 * rowStep, add);
            int target = at + column * distance;
            r0.sub(r2).intoArray(to, target);
            r1.add(r2).intoArray(to, target + 4 * distance);
            r2.sub(r1).intoArray(to, target + 8 * distance);
            r1.sub(r3).intoArray(to, target + 12 * distance);
        }
    }

    private static FloatVector pair(float[] in, int first, int second, boolean add) {
        FloatVector a = FloatVector.fromArray(SPECIES, in, first);
        FloatVector b = FloatVector.fromArray(SPECIES, in, second);
        return add ? a.add(b) : a.sub(b);
    }

    /**
     * Transforms the weights of one input channel, {@code G g G'}, to a row of each position's
     * panel.
     *
     * @param from index of the first output channel of tap 0
     * @param tapStep distance of the taps; negative if they are reversed
     * @param columns output channels, up to {@code width}
     * @param to byte offset of the row in the first position's panel
     * @param distance bytes between the panels of the positions
     */
    static void weights(
            float[] w,
            int from,
            int tapStep,
            int columns,
            int width,
            MemorySegment panel,
            long to,
            long distance) {
        for (int j = 0; j < width; j += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, Math.max(columns, j));
            for (int column = 0; column < 4; column++) {
                FloatVector r0 = weightRow(w, from + j, tapStep, column, mask);
                FloatVector r1 = weightRow(w, from + j + 3 * tapStep, tapStep, column, mask);
                FloatVector r2 = weightRow(w, from + j + 6 * tapStep, tapStep, column, mask);
                FloatVector sum = r0.add(r2);
                long target = to + 4L * j + column * distance;
                put(r0, panel, target);
                put(sum.add(r1).mul(0.5f), panel, target + 4 * distance);
                put(sum.sub(r1).mul(0.5f), panel, target + 8 * distance);
                put(r2, panel, target + 12 * distance);
            }
        }
    }

    private static FloatVector weightRow(
            float[] w, int from, int tapStep, int column, VectorMask<Float> mask) {
        if (column == 0 || column == 3) {
            return FloatVector.fromArray(SPECIES, w, from + (column == 0 ? 0 : 2) * tapStep, mask);
        }
        FloatVector g1 = FloatVector.fromArray(SPECIES, w, from + tapStep, mask);
        FloatVector sum =
                FloatVector.fromArray(SPECIES, w, from, mask)
                        .add(FloatVector.fromArray(SPECIES, w, from + 2 * tapStep, mask));
        return (column == 1 ? sum.add(g1) : sum.sub(g1)).mul(0.5f);
    }

    private static void put(FloatVector v, MemorySegment panel, long at) {
        v.intoMemorySegment(panel, at, ByteOrder.nativeOrder());
    }

    /**
     * Transforms a vector of products along the rows of positions, {@code A' m}, and then along
     * their columns.
     *
     * @param from index of the products of the first position
     * @param distance between the positions
     * @param to receives the pixels {@code [2][2]}, each of a vector's length
     */
    static void output(float[] products, int from, int distance, float[] to) {
        for (int row = 0; row < 2; row++) {
            FloatVector c0 = outputColumn(products, from, distance, row);
            FloatVector c1 = outputColumn(products, from + distance, distance, row);
            FloatVector c2 = outputColumn(products, from + 2 * distance, distance, row);
            FloatVector c3 = outputColumn(products, from + 3 * distance, distance, row);
            c0.add(c1).add(c2).intoArray(to, 2 * row * LANES);
            c1.sub(c2).sub(c3).intoArray(to, (2 * row + 1) * LANES);
        }
    }

    private static FloatVector outputColumn(float[] products, int from, int distance, int row) {
        FloatVector m1 = FloatVector.fromArray(SPECIES, products, from + 4 * distance);
        FloatVector m2 = FloatVector.fromArray(SPECIES, products, from + 8 * distance);
        if (row == 0) {
            return FloatVector.fromArray(SPECIES, products, from).add(m1).add(m2);
        }
        return m1.sub(m2).sub(FloatVector.fromArray(SPECIES, products, from + 12 * distance));
    }
}
