package soma.maskrcnn.structures;

import soma.tensor.ShapeException;

import java.util.Arrays;

/**
 * Mask probabilities of objects as the mask head gives them, one small square for each box.
 *
 * @param side M of the M x M values of an object
 * @param values [n,M,M], row-major; not to be changed
 * @param paste how a square is brought to the size of its box
 */
public record MaskProbabilities(int side, float[] values, MaskPaste paste) {
    /** Checks that there are whole squares. */
    public MaskProbabilities {
        if (side < 1 || values.length % Math.multiplyExact(side, side) != 0) {
            throw ShapeException.of(
                    "mask probabilities", "values", "n x " + side + " x " + side, values.length);
        }
    }

    /** Number of objects. */
    public int size() {
        return values.length / (side * side);
    }

    /** The squares at {@code index}, in that order. */
    MaskProbabilities select(int[] index) {
        int area = side * side;
        float[] chosen = new float[index.length * area];
        for (int i = 0; i < index.length; i++) {
            System.arraycopy(values, index[i] * area, chosen, i * area, area);
        }
        return new MaskProbabilities(side, chosen, paste);
    }

    /**
     * The probabilities of object {@code i} in the pixels of an image.
     *
     * @param box x1, y1, x2, y2 of the object in the image
     */
    public MaskWindow window(int i, float[] box, int height, int width) {
        int area = side * side;
        float[] square = Arrays.copyOfRange(values, i * area, (i + 1) * area);
        return paste.window(square, side, box, height, width);
    }
}
